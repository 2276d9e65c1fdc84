#pragma once

#include <stagepass/core/decision.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/workspace.hpp>

namespace stagepass::service {

// What the policy, the case and the targets say to a grant, in one place for `grant`, `extend`, `why` and `target add`.

/// All rules of a grant. Errors: not a rule that says no, but what cannot be judged: a request that contradicts itself, a
/// policy that cannot be read, records that somebody else has changed.
[[nodiscard]] Result<GrantDecision> judge_grant(Workspace& workspace, const GrantRequest& request);

/// An extension of `found` that begins `now`.
struct ExtensionRequest {
  const GrantWithAccounts& found;
  Timestamp now;
  Timestamp new_end;
  const std::optional<handoff::SignedApproval>& approval;
};

/// All rules of an extension. Errors: as `judge_grant`.
[[nodiscard]] Result<GrantDecision> judge_extension(Workspace& workspace,
                                                    const ExtensionRequest& request);

/// Says which rules of the policy a target is against; nothing else is done about it before a grant.
void tell_of_policy(Workspace& workspace, const Target& target, Progress& progress);

}  // namespace stagepass::service
