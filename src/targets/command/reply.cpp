#include "targets/command/reply.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

namespace stagepass::targets {
namespace {

using Json = nlohmann::json;

Failure not_as_agreed(std::string_view what) {
  return fail(Errc::unreachable, fmt::format("the program's answer cannot be relied on: {}", what),
              "it must be one JSON object as the protocol of the command driver says");
}

/// More is not counted but made up, and sums of such numbers overflow.
constexpr Json::number_unsigned_t kMostSessions = 1'000'000;

/// Watches an answer being parsed: the parser itself keeps the last of two members of one name.
class Watcher final {
 public:
  explicit Watcher(const Reply::Listener& listener) : listener_(&listener) {}

  void see(Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      names_.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      names_.pop_back();
    }
    const auto* text = parsed.get_ptr<const Json::string_t*>();
    if (text == nullptr) {
      return;
    }
    (*listener_)(*text);
    if (event == Json::parse_event_t::key) {
      has_name_twice_ = !names_.back().insert(*text).second || has_name_twice_;
    }
  }

  [[nodiscard]] bool has_name_twice() const { return has_name_twice_; }

 private:
  const Reply::Listener* listener_;
  std::vector<std::set<std::string>> names_;  ///< of every object that is still open
  bool has_name_twice_ = false;
};

/// The member `key` if it is of the wanted type; nothing otherwise. Never throws.
template <class T>
const T* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const T*>();
}

Result<bool> flag(const Json& object, const char* key) {
  const auto* value = member<Json::boolean_t>(object, key);
  if (value == nullptr) {
    return not_as_agreed(fmt::format("\"{}\" is not true or false", key));
  }
  return *value;
}

Result<std::string> word(const Json& object, const char* key) {
  const auto* value = member<Json::string_t>(object, key);
  if (value == nullptr) {
    return not_as_agreed(fmt::format("\"{}\" is not a text", key));
  }
  return *value;
}

/// Not a copy: that of a list of lists of lists takes more stack than there is.
Result<const Json::array_t*> list(const Json& object, const char* key) {
  const auto* value = member<Json::array_t>(object, key);
  if (value == nullptr) {
    return not_as_agreed(fmt::format("\"{}\" is not a list", key));
  }
  return value;
}

Result<std::vector<std::string>> phrases(const Json& object, const char* key) {
  SP_ASSIGN(const Json::array_t* items, list(object, key));
  std::vector<std::string> texts;
  for (const Json& item : *items) {
    const auto* text = item.get_ptr<const Json::string_t*>();
    if (text == nullptr) {
      return not_as_agreed(fmt::format("\"{}\" holds something that is not a text", key));
    }
    texts.push_back(escape_untrusted(*text));
  }
  return texts;
}

std::optional<Errc> code_of(std::string_view error) {
  if (error == "unreachable") {
    return Errc::unreachable;
  }
  if (error == "refused") {
    return Errc::refused;
  }
  if (error == "invalid") {
    return Errc::invalid_argument;
  }
  return std::nullopt;
}

/// A text, or the lines of one.
Result<std::string> remedy_of(const Json& finding) {
  if (const auto* text = member<Json::string_t>(finding, "remedy")) {
    return escape_untrusted(*text);
  }
  if (member<Json::array_t>(finding, "remedy") != nullptr) {
    SP_ASSIGN(const std::vector<std::string> lines, phrases(finding, "remedy"));
    return join(lines, "\n");
  }
  return std::string();
}

Result<Finding> finding_from(const Json& item) {
  if (!item.is_object()) {
    return not_as_agreed("\"findings\" holds something that is not an object");
  }
  SP_ASSIGN(const bool good, flag(item, "ok"));
  SP_ASSIGN(const std::string text, word(item, "text"));
  SP_ASSIGN(std::string remedy, remedy_of(item));
  return Finding{good ? Finding::Kind::good : Finding::Kind::problem, escape_untrusted(text),
                 std::move(remedy)};
}

}  // namespace

Result<Reply> Reply::parse(std::string_view text, const Listener& listener,
                           std::string_view speaker) {
  if (text.find('\0') != std::string_view::npos) {
    return not_as_agreed("it holds a NUL byte");  // at which the parser would stop to read
  }
  constexpr bool kNoExceptions = false;
  Watcher watcher(listener);
  const auto watch = [&](int /*depth*/, Json::parse_event_t event, const Json& parsed) {
    watcher.see(event, parsed);
    return true;
  };
  Json object = Json::parse(text, watch, kNoExceptions);
  if (!object.is_object()) {
    return not_as_agreed(text.empty() ? "it is empty" : "it is not one JSON object");
  }
  if (watcher.has_name_twice()) {
    return not_as_agreed("a name stands twice in one object");
  }
  SP_ASSIGN(const bool ok, flag(object, "ok"));
  if (ok) {
    return Reply(std::move(object), Support::yes);
  }
  SP_ASSIGN(const std::string error, word(object, "error"));
  if (error == "unsupported") {
    return Reply(std::move(object), Support::no);
  }
  const std::optional<Errc> code = code_of(error);
  if (!code) {
    return not_as_agreed(fmt::format("the error {} is unknown", stagepass::quoted(error)));
  }
  const auto* message = member<Json::string_t>(object, "message");
  const auto* hint = member<Json::string_t>(object, "hint");
  return fail(
      *code,
      fmt::format("{} says: {}", speaker, escape_untrusted(message == nullptr ? error : *message)),
      hint == nullptr ? "" : escape_untrusted(*hint));
}

Result<Presence> Reply::presence() const {
  SP_ASSIGN(const std::string presence, word(object_, "presence"));
  if (presence == "absent") {
    return Presence::absent;
  }
  if (presence == "ours") {
    return Presence::ours;
  }
  if (presence == "foreign") {
    return Presence::foreign;
  }
  return not_as_agreed(fmt::format("the presence {} is unknown", stagepass::quoted(presence)));
}

Result<std::size_t> Reply::sessions() const {
  const auto* count = member<Json::number_unsigned_t>(object_, "sessions");
  if (count == nullptr || *count > kMostSessions) {
    return not_as_agreed("\"sessions\" is not a count");
  }
  return static_cast<std::size_t>(*count);
}

Result<TargetDriver::Erased> Reply::erased() const {
  SP_ASSIGN(const bool removed, flag(object_, "removed"));
  return removed ? TargetDriver::Erased::removed : TargetDriver::Erased::already_absent;
}

Result<GoneProof> Reply::gone() const {
  SP_ASSIGN(const bool gone, flag(object_, "gone"));
  SP_ASSIGN(const std::string login, word(object_, "login"));
  SP_ASSIGN(auto residue, phrases(object_, "residue"));
  if (!gone) {
    return fail(Errc::pending, "the account is still there");
  }
  if (login == "accepted") {
    return fail(Errc::pending, "the old login still works");
  }
  if (login != "refused" && login != "not_tried") {
    return not_as_agreed(fmt::format("the login {} is unknown", stagepass::quoted(login)));
  }
  return GoneProof{std::move(residue),
                   login == "refused" ? LoginCheck::refused : LoginCheck::not_tried};
}

Result<std::vector<MarkedAccount>> Reply::marked_accounts() const {
  SP_ASSIGN(const Json::array_t* items, list(object_, "accounts"));
  std::vector<MarkedAccount> accounts;
  for (const Json& item : *items) {
    if (!item.is_object()) {
      return not_as_agreed("\"accounts\" holds something that is not an object");
    }
    SP_ASSIGN(std::string user, word(item, "user"));
    SP_ASSIGN(std::string marker, word(item, "marker"));
    accounts.push_back({std::move(user), std::move(marker)});
  }
  return accounts;
}

Result<std::vector<std::string>> Reply::done() const {
  return phrases(object_, "done");
}

Result<std::vector<Finding>> Reply::findings() const {
  SP_ASSIGN(const Json::array_t* items, list(object_, "findings"));
  std::vector<Finding> findings;
  for (const Json& item : *items) {
    SP_ASSIGN(Finding finding, finding_from(item));
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace stagepass::targets
