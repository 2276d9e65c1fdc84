#include "service/record_macs.hpp"
#include "service/target_rules.hpp"

#include <stagepass/service/trusted_grant.hpp>

namespace stagepass::service {

Result<TrustedGrant> trusted_grant(Workspace& workspace, const GrantId& id) {
  SP_ASSIGN(GrantWithAccounts found, workspace.store.grant(id));
  SP_TRY(require_authentic(workspace, found));
  std::optional<Environment> weightiest;
  for (const Account& account : found.accounts) {
    const auto target = workspace.store.target(account.target);
    if (target && is_authentic(workspace, *target)) {
      weightiest = weightier(weightiest.value_or(target->environment), target->environment);
    }
  }
  return TrustedGrant{std::move(found), weightiest};
}

}  // namespace stagepass::service
