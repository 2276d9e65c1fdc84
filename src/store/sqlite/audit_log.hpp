#pragma once

#include "store/sqlite/connection.hpp"

#include <stagepass/core/audit.hpp>
#include <stagepass/core/result.hpp>

#include <vector>

namespace stagepass::store {

/// Puts `entries` behind the log, each with its hash, within the transaction at hand.
[[nodiscard]] Result<void> extend_audit_log(Connection& connection,
                                            const std::vector<AuditEntry>& entries);

/// The end of the log; empty while its last entry is not chained.
[[nodiscard]] Result<AuditHead> read_audit_head(Connection& connection);

}  // namespace stagepass::store
