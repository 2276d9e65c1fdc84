#pragma once

#include <stagepass/core/target.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <map>
#include <optional>
#include <string>

namespace stagepass::service {

// What is asked of every target, whatever its driver.

/// The settings that stagepass itself heeds. Errors: `invalid_argument`.
[[nodiscard]] Result<void> check_common_settings(const Target& target);

/// The password policy of a target that names none.
inline constexpr const char* kStandardPasswordPolicy = "standard";

/// The kind of passwords for accounts on a target. Errors: `not_found` for a name that no policy has.
struct NamedPasswordPolicy {
  std::string name;
  vault::PasswordPolicy policy;
};
[[nodiscard]] Result<NamedPasswordPolicy> password_policy_of(const Target& target);

/// A person decides whether something is a staging system, wherever it does not say so itself.
/// Errors: `policy` if it may be a live shop and `said` is nothing.
[[nodiscard]] Result<void> require_environment(const TargetName& name,
                                               const std::map<std::string, std::string>& settings,
                                               const std::optional<Environment>& said);

/// The one of which more care is taken: `live` before `staging` before `test`.
[[nodiscard]] Environment weightier(Environment a, Environment b);

}  // namespace stagepass::service
