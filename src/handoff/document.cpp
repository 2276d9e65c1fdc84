#include <stagepass/core/secret_text.hpp>
#include <stagepass/handoff/document.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace stagepass::handoff {
namespace {

constexpr std::array<std::string_view, 4> kOwnWords = {"target", "user", "password", "totp_secret"};

std::string json_string(const std::string& text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    list += (list.size() > 1 ? "," : "") + json_string(text);
  }
  return list + "]";
}

/// Empty if there is nothing to say.
std::string about_member(const std::vector<std::pair<std::string, std::string>>& about) {
  std::string members;
  for (const auto& [name, value] : about) {
    members +=
        fmt::format("{}{}:{}", members.empty() ? "" : ",", json_string(name), json_string(value));
  }
  return about.empty() ? "" : fmt::format(R"("about":{{{}}},)", members);
}

bool is_own_word(const std::string& name) {
  return std::find(kOwnWords.begin(), kOwnWords.end(), name) != kOwnWords.end();
}

void add_account(SecretText& text, const DocumentAccount& account) {
  text.add(fmt::format(R"({{"target":{},"user":{})", json_string(account.target),
                       json_string(account.user)));
  if (account.password) {
    text.add(R"(,"password":)").add_json(*account.password);
  }
  if (account.second_factor) {
    text.add(R"(,"totp_secret":)").add_json(*account.second_factor);
  }
  for (const auto& [name, value] : account.access) {
    const std::string free_name = is_own_word(name) ? "its " + name : name;
    text.add(fmt::format(",{}:{}", json_string(free_name), json_string(value)));
  }
  text.add("}");
}

}  // namespace

Secret write_document(const Document& document) {
  SecretText text;
  text.add(fmt::format(
      R"({{"stagepass":"hand-off 1","grant":{},"case":{},"to":{},"env":{},"end":"{}","accounts":[)",
      json_string(document.grant), json_string(document.case_ref), json_string(document.recipient),
      json_string(document.environment), format_utc(document.ends_at)));
  for (const DocumentAccount& account : document.accounts) {
    if (&account != &document.accounts.front()) {
      text.add(",");
    }
    add_account(text, account);
  }
  text.add(fmt::format(R"(],{}"rules":{},"done":{})", about_member(document.about),
                       json_list(document.rules), json_string(document.done)));
  if (document.word_token) {
    text.add(R"(,"word_token":)").add_json(*document.word_token);
  }
  return text.add("}\n").build();
}

}  // namespace stagepass::handoff
