#include "core/enum_names.hpp"

#include <stagepass/core/target.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <charconv>
#include <system_error>

namespace stagepass {
namespace {

constexpr EnumNames<Environment, 3> kEnvironments = {
    {{Environment::staging, "staging"}, {Environment::test, "test"}, {Environment::live, "live"}}};

}  // namespace

std::string_view to_string(Environment environment) {
  return name_of(kEnvironments, environment);
}

Result<Environment> parse_environment(std::string_view text) {
  return value_of(kEnvironments, text, "an environment");
}

Result<std::size_t> connections_of(const Target& target) {
  constexpr std::size_t kMost = 16;
  const auto setting = target.settings.find(kConnectionsSetting);
  if (setting == target.settings.end()) {
    return 1;
  }
  const std::string& text = setting->second;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > kMost) {
    return fail(Errc::invalid_argument,
                fmt::format("the setting {} is {}, not a number from 1 to {}", kConnectionsSetting,
                            quoted(text), kMost));
  }
  return number;
}

}  // namespace stagepass
