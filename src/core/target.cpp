#include "core/enum_names.hpp"

#include <stagepass/core/target.hpp>

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

}  // namespace stagepass
