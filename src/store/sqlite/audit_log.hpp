#pragma once

#include "store/sqlite/connection.hpp"

#include <stagepass/core/audit.hpp>
#include <stagepass/core/result.hpp>

#include <vector>

namespace stagepass::store {

/// Puts `entries` behind the log, each with its hash, within the transaction at hand.
[[nodiscard]] Result<void> extend_audit_log(Connection& connection,
                                            const std::vector<AuditEntry>& entries);

/// Fills in the MAC that the newest entry that names the record gives to it; nothing if none does.
[[nodiscard]] Result<void> read_vouched_mac(Connection& connection, Grant& grant);
[[nodiscard]] Result<void> read_vouched_mac(Connection& connection, Account& account);
[[nodiscard]] Result<void> read_vouched_mac(Connection& connection, Target& target);
[[nodiscard]] Result<void> read_vouched_mac(Connection& connection, Recipient& recipient);
[[nodiscard]] Result<void> read_vouched_mac(Connection& connection, Case& record);

/// The end of the log; empty while its last entry is not chained.
[[nodiscard]] Result<AuditHead> read_audit_head(Connection& connection);

}  // namespace stagepass::store
