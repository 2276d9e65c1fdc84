#include <stagepass/core/target.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace stagepass {
namespace {

constexpr std::array<std::pair<Environment, std::string_view>, 3> kEnvironments = {{
    {Environment::staging, "staging"},
    {Environment::test, "test"},
    {Environment::live, "live"},
}};

}  // namespace

std::string_view to_string(Environment environment) {
  for (const auto& [each, name] : kEnvironments) {
    if (each == environment) {
      return name;
    }
  }
  return "?";
}

Result<Environment> parse_environment(std::string_view text) {
  for (const auto& [each, name] : kEnvironments) {
    if (name == text) {
      return each;
    }
  }
  return fail(Errc::invalid_argument, fmt::format("{} is not an environment", quoted(text)),
              "say staging, test or live");
}

}  // namespace stagepass
