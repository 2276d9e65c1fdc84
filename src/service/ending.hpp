#pragma once

#include <stagepass/service/grant_service.hpp>

#include <set>

namespace stagepass::service {

struct EndOrder {
  GrantFilter which;
  EndReason reason;
  /// Planned accounts that the caller was making and has stopped making: no reason to wait for them.
  std::set<AccountId> own;
};

/// Ends matching grants now; what GrantService::end and a grant that failed half-way share. A
/// planned account that somebody may be making at this moment is recorded as ended and left to
/// purge, which takes it once the time to make it is over.
[[nodiscard]] Result<EndReport> end_grants(Workspace& workspace, const EndOrder& order,
                                           Progress& progress);

/// When `end` is, said at `now`.
[[nodiscard]] Timestamp resolve(const End& end, Timestamp now);

}  // namespace stagepass::service
