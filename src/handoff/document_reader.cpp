#include "handoff/wiped_json.hpp"

#include <stagepass/handoff/document.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace stagepass::handoff {
namespace {

constexpr std::size_t kLargest = 64UL * 1024;
constexpr std::size_t kMostAccounts = 100;
constexpr std::string_view kKind = "hand-off ";
constexpr std::string_view kVersion = "hand-off 1";

Failure no_document(const char* why) {
  return fail(Errc::invalid_argument, std::string("what is in the block is no hand-off: ") + why);
}

std::string plain(const WipedString& text) {
  return {text.data(), text.size()};
}

/// A member that must be there, and be a text.
Result<std::string> text_of(const WipedJson& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) {
    return fail(Errc::invalid_argument,
                std::string("what is in the block is no hand-off: it has no ") + name);
  }
  return plain(found->get_ref<const WipedString&>());
}

Result<DocumentAccount> account_of(const WipedJson& object) {
  if (!object.is_object()) {
    return no_document("an account is none");
  }
  DocumentAccount account;
  SP_ASSIGN(account.target, text_of(object, "target"));
  SP_ASSIGN(account.user, text_of(object, "user"));
  for (const auto& [name, value] : object.items()) {
    if (name == "target" || name == "user" || !value.is_string()) {
      continue;
    }
    const auto& text = value.get_ref<const WipedString&>();
    if (name == "password") {
      account.password = Secret::copy_of(std::string_view(text.data(), text.size()));
    } else if (name == "totp_secret") {
      account.second_factor = Secret::copy_of(std::string_view(text.data(), text.size()));
    } else {
      account.access.emplace_back(plain(name), plain(text));
    }
  }
  return account;
}

Result<std::vector<DocumentAccount>> accounts_of(const WipedJson& json) {
  const auto found = json.find("accounts");
  if (found == json.end() || !found->is_array() || found->empty()) {
    return no_document("it has no accounts");
  }
  if (found->size() > kMostAccounts) {
    return no_document("it has more accounts than a grant");
  }
  std::vector<DocumentAccount> accounts;
  for (const WipedJson& each : *found) {
    SP_ASSIGN(DocumentAccount account, account_of(each));
    accounts.push_back(std::move(account));
  }
  return accounts;
}

std::vector<std::string> rules_of(const WipedJson& json) {
  std::vector<std::string> rules;
  const auto found = json.find("rules");
  if (found != json.end() && found->is_array()) {
    for (const WipedJson& each : *found) {
      if (each.is_string()) {
        rules.push_back(plain(each.get_ref<const WipedString&>()));
      }
    }
  }
  return rules;
}

std::vector<std::pair<std::string, std::string>> about_of(const WipedJson& json) {
  std::vector<std::pair<std::string, std::string>> about;
  const auto found = json.find("about");
  if (found != json.end() && found->is_object()) {
    for (const auto& [name, value] : found->items()) {
      if (value.is_string()) {
        about.emplace_back(plain(name), plain(value.get_ref<const WipedString&>()));
      }
    }
  }
  return about;
}

/// Nothing but a short text is one, whatever a later version may put there.
std::optional<Secret> token_of(const WipedJson& json) {
  constexpr std::size_t kLongest = 200;
  const auto found = json.find("word_token");
  if (found == json.end() || !found->is_string()) {
    return std::nullopt;
  }
  const auto& text = found->get_ref<const WipedString&>();
  return text.empty() || text.size() > kLongest
             ? std::nullopt
             : std::optional(Secret::copy_of(std::string_view(text.data(), text.size())));
}

Result<void> check_version(const WipedJson& json) {
  SP_ASSIGN(const std::string version, text_of(json, "stagepass"));
  if (version == kVersion) {
    return {};
  }
  return version.starts_with(kKind)
             ? fail(Errc::invalid_argument,
                    "the hand-off was written by a newer version of stagepass",
                    "install the newer version, or read it with `age -d`")
             : no_document("it is something else of stagepass");
}

Result<Document> document_of(const WipedJson& json) {
  SP_TRY(check_version(json));
  Document document;
  SP_ASSIGN(document.grant, text_of(json, "grant"));
  SP_ASSIGN(document.case_ref, text_of(json, "case"));
  SP_ASSIGN(document.recipient, text_of(json, "to"));
  SP_ASSIGN(document.environment, text_of(json, "env"));
  SP_ASSIGN(const std::string end, text_of(json, "end"));
  const auto ends_at = parse_rfc3339(end);
  if (!ends_at) {
    return no_document("its end is no time");
  }
  document.ends_at = *ends_at;
  SP_ASSIGN(document.accounts, accounts_of(json));
  document.about = about_of(json);
  document.rules = rules_of(json);
  SP_ASSIGN(document.done, text_of(json, "done"));
  document.word_token = token_of(json);
  return document;
}

}  // namespace

Result<Document> read_document(const Secret& text) {
  if (text.size() > kLargest) {
    return no_document("it is too large");
  }
  const auto json = WipedJson::parse(text.reveal_text(), nullptr, false);
  if (!json.is_object()) {
    return no_document("it is not JSON");
  }
  return document_of(json);
}

}  // namespace stagepass::handoff
