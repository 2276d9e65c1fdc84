#pragma once

#include "store/sqlite/connection.hpp"

#include <stagepass/ports/store.hpp>

#include <optional>
#include <vector>

namespace stagepass::store {

/// Within the transaction at hand.
[[nodiscard]] Result<void> write_recipients(Connection& connection, const ChangeSet& changes);

/// By name; all, or the one of this name. Vouched for as the audit log says.
[[nodiscard]] Result<std::vector<Recipient>> read_recipients(
    Connection& connection, const std::optional<RecipientName>& name);

}  // namespace stagepass::store
