// The JSON that a command target's program is sent, read back with a library.

#include "targets/command/json_request.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>
#include <map>
#include <string>

namespace stagepass::fuzz {
namespace {

using Json = nlohmann::json;

/// Keys end with a line break, values with a NUL; the last of two with the same key counts.
std::map<std::string, std::string> members_of(std::string_view input) {
  std::map<std::string, std::string> members;
  while (!input.empty()) {
    const std::string key(take_until(input, '\n'));
    members.insert_or_assign(key, std::string(take_until(input, '\0')));
  }
  return members;
}

void try_request(std::string_view input) {
  constexpr bool kNoExceptions = false;
  const auto members = members_of(input);
  const bool is_text = std::all_of(members.begin(), members.end(), [](const auto& member) {
    return targets::is_utf8(member.first) && targets::is_utf8(member.second);
  });
  const Secret line = targets::write_json_line([&](targets::JsonWriter& json) {
    json.begin_object();
    json.member("number", 1);
    json.begin_object("members");
    for (const auto& [key, value] : members) {
      json.member(key, value);
    }
    json.end_object();
    json.end_object();
  });
  const std::string_view text = line.reveal_text();
  require(text.find('\n') == text.size() - 1, "a request is one line");
  const Json read = Json::parse(text, nullptr, kNoExceptions);
  require(read.is_discarded() != is_text, "what is UTF-8, and only that, can be sent");
  if (is_text) {
    const Json sent = {{"number", 1}, {"members", Json(members)}};
    require(read == sent, "what is sent is what arrives");
  }
}

const Registration registration({"json_request", try_request});

}  // namespace
}  // namespace stagepass::fuzz
