#pragma once

#include <stagepass/service/grant_service.hpp>

#include <map>

namespace stagepass::service {

struct EndOrder {
  GrantFilter which;
  EndReason reason;
  /// Planned accounts that the caller was making and has stopped making, and the lease that he made them under: no
  /// reason to wait for them.
  std::map<AccountId, Timestamp> own;
};

/// Ends matching grants now; what GrantService::end and a grant that failed half-way share. A
/// planned account that somebody may be making at this moment is recorded as ended and left to
/// purge, which takes it once the time to make it is over.
[[nodiscard]] Result<EndReport> end_grants(Workspace& workspace, const EndOrder& order,
                                           Progress& progress);

/// When `end` is, said at `now`.
[[nodiscard]] Timestamp resolve(const End& end, Timestamp now);

}  // namespace stagepass::service
