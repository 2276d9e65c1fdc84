#pragma once

#include "store/sqlite/connection.hpp"

#include <stagepass/ports/store.hpp>

namespace stagepass::store {

/// Writes a change set inside the caller's transaction, which must not be committed after an error.
[[nodiscard]] Result<void> write_changes(Connection& connection, const ChangeSet& changes);

/// Leases the account for the caller: raises its version, in the database and in `account`.
[[nodiscard]] Result<void> write_lease(Connection& connection, Account& account,
                                       Timestamp lease_until);

/// Accounts on the target that are not gone.
[[nodiscard]] Result<std::int64_t> count_open_accounts(Connection& connection,
                                                       const TargetName& target);

}  // namespace stagepass::store
