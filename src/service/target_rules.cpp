#include "service/target_rules.hpp"

#include <stagepass/core/production_sign.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

namespace stagepass::service {

Result<void> check_common_settings(const Target& target) {
  SP_TRY(connections_of(target));
  const auto setting = target.settings.find(kPasswordPolicySetting);
  if (setting != target.settings.end()) {
    SP_TRY(vault::find_policy(setting->second));
  }
  return {};
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

}  // namespace stagepass::service
