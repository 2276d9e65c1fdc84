#include "service/record_macs.hpp"

#include <stagepass/service/trusted_grant.hpp>

#include <array>

namespace stagepass::service {
namespace {

constexpr std::array kWeightiestFirst = {Environment::live, Environment::staging,
                                         Environment::test};

}  // namespace

Result<TrustedGrant> trusted_grant(Workspace& workspace, const GrantId& id) {
  SP_ASSIGN(GrantWithAccounts found, workspace.store.grant(id));
  SP_TRY(require_authentic(workspace, found));
  std::optional<Environment> weightiest;
  for (const Account& account : found.accounts) {
    const auto target = workspace.store.target(account.target);
    if (!target || !is_authentic(workspace, *target)) {
      continue;
    }
    for (const Environment each : kWeightiestFirst) {
      if (target->environment == each || weightiest == each) {
        weightiest = each;
        break;
      }
    }
  }
  return TrustedGrant{std::move(found), weightiest};
}

}  // namespace stagepass::service
