#pragma once

#include <stagepass/service/grant_service.hpp>

namespace stagepass::service {

/// Ends matching grants now; what GrantService::end and a grant that failed half-way share.
[[nodiscard]] Result<EndReport> end_grants(Workspace& workspace, const GrantFilter& which,
                                           EndReason reason, Progress& progress);

/// When `end` is, said at `now`.
[[nodiscard]] Timestamp resolve(const End& end, Timestamp now);

}  // namespace stagepass::service
