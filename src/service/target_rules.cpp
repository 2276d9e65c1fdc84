#include "service/target_rules.hpp"

#include <stagepass/core/production_sign.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

#include <utility>

namespace stagepass::service {

Result<void> check_common_settings(const Target& target) {
  SP_TRY(connections_of(target));
  SP_TRY(password_policy_of(target));
  return {};
}

Result<NamedPasswordPolicy> password_policy_of(const Target& target) {
  const auto setting = target.settings.find(kPasswordPolicySetting);
  std::string name = setting == target.settings.end() ? kStandardPasswordPolicy : setting->second;
  SP_ASSIGN(vault::PasswordPolicy policy, vault::find_policy(name));
  return NamedPasswordPolicy{std::move(name), std::move(policy)};
}

Result<void> require_environment(const TargetName& name,
                                 const std::map<std::string, std::string>& settings,
                                 const std::optional<Environment>& said) {
  const auto sign = production_sign(name.str(), settings);
  if (said || !sign) {
    return {};
  }
  return fail(Errc::policy, fmt::format("target {} may be a live shop: {}", name.str(), *sign),
              "if it is none, say so: --environment staging (or test)");
}

Environment weightier(Environment a, Environment b) {
  if (a == Environment::live || b == Environment::live) {
    return Environment::live;
  }
  return a == Environment::test ? b : a;
}

}  // namespace stagepass::service
