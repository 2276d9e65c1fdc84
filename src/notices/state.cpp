#include "notices/state.hpp"

#include <stagepass/core/base64.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace stagepass::notices {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "notices 1";
constexpr std::size_t kLargestFile = 8UL * 1024 * 1024;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Json json_of(const Cursor& cursor) {
  Json announced = Json::array();
  for (const auto& [grant, ends] : cursor.announced) {
    announced.push_back({grant, format_utc(ends)});
  }
  return {
      {"key", cursor.key},
      {"position", cursor.told.size},
      {"hash", to_base64(cursor.told.hash)},
      {"failing_since", cursor.failing_since ? Json(format_utc(*cursor.failing_since)) : Json()},
      {"tried_at", format_utc(cursor.tried_at)},
      {"announced", std::move(announced)}};
}

/// Throws what the library throws, and `value` what an empty Result throws: all of it means the same.
Timestamp time_of(const Json& json) {
  return parse_rfc3339(json.get<std::string>()).value();
}

Cursor cursor_of(const Json& json) {
  Cursor cursor{.key = json.at("key").get<std::string>(), .told = {}};
  cursor.told.size = json.at("position").get<std::int64_t>();
  const auto hash = from_base64(json.at("hash").get<std::string>()).value();
  if (hash.size() != cursor.told.hash.size() || cursor.told.size < 0) {
    throw std::out_of_range("no place in a log");
  }
  std::copy(hash.begin(), hash.end(), cursor.told.hash.begin());
  if (!json.at("failing_since").is_null()) {
    cursor.failing_since = time_of(json.at("failing_since"));
  }
  cursor.tried_at = time_of(json.at("tried_at"));
  for (const Json& each : json.at("announced")) {
    cursor.announced.emplace(each.at(0).get<std::string>(), time_of(each.at(1)));
  }
  return cursor;
}

}  // namespace

std::string key_of(const policy::NoticeRule& rule) {
  const std::string destination = destination_of(rule);
  const Bytes bytes = bytes_of(destination);
  std::array<std::uint8_t, crypto_generichash_BYTES_MIN> hash{};
  ::crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
  return to_hex(hash);
}

std::string format_state(const State& state) {
  Json cursors = Json::array();
  for (const Cursor& cursor : state) {
    cursors.push_back(json_of(cursor));
  }
  return Json{{"stagepass", kFormat}, {"receivers", std::move(cursors)}}.dump() + "\n";
}

std::optional<State> parse_state(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("stagepass") != kFormat) {
      return std::nullopt;
    }
    State state;
    for (const Json& each : json.at("receivers")) {
      state.push_back(cursor_of(each));
    }
    return state;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

Result<State> read_state(const std::filesystem::path& file) {
  SP_ASSIGN(const Secret text, system::read_private_file(file, kLargestFile));
  auto state = parse_state(text.reveal_text());
  return state
             ? Result<State>(*std::move(state))
             : fail(Errc::corrupt, fmt::format("{} is damaged", stagepass::quoted(file.string())));
}

Result<void> write_state(const std::filesystem::path& file, const State& state) {
  const std::string text = format_state(state);
  SP_ASSIGN(system::PrivateFile written, system::PrivateFile::for_replacing(file));
  SP_TRY(written.write(bytes_of(text)));
  return written.replace();
}

}  // namespace stagepass::notices
