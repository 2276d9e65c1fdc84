#pragma once

#include <stagepass/core/decision.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/service/live_access.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>
#include <string>
#include <vector>

namespace stagepass::service {

/// Access to live shops that is to be judged.
struct LiveCase {
  const LiveAccess& access;
  const CaseRef& case_ref;
  const std::vector<Target>& targets;  ///< of all environments
  Timestamp now;
  Timestamp expires_at;
  /// A grant on live shops has its backup and its risk on record by the time it is extended.
  enum class Step { grant, extend };
  Step step = Step::grant;
};

/// Looks at all that live access takes, if a target is live. Returns by what it is made, for the log; nothing while
/// something is refused, or if no target is live. Errors: of the store.
[[nodiscard]] Result<std::optional<LiveRecord>> judge_live(Decisions& decisions,
                                                           Workspace& workspace,
                                                           const Policy& policy,
                                                           const LiveCase& live);

/// Puts it on record with a grant or an extension: the approval counts for nothing else from then on.
void record_live(const Workspace& workspace, const GrantId& grant, const LiveRecord& live,
                 ChangeSet& changes);

/// What the log says of a grant's access to live shops, oldest first.
[[nodiscard]] std::vector<const AuditEntry*> live_entries(const std::vector<AuditEntry>& history);

}  // namespace stagepass::service
