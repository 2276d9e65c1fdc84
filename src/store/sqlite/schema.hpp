#pragma once

#include "store/sqlite/connection.hpp"

#include <stagepass/core/result.hpp>

#include <span>
#include <string_view>

namespace stagepass::store {

/// "stgp" in the header of the file: a vault of ours and no other SQLite database.
inline constexpr std::int64_t kApplicationId = 0x73746770;

/// The statements of one step. Step N takes a database from schema N to N + 1; the first step makes
/// everything.
using Migrations = std::span<const std::string_view>;

/// All steps there are; their number is the schema of this version.
[[nodiscard]] Migrations all_migrations();

/// Makes the schema in an empty database.
[[nodiscard]] Result<void> create_schema(Connection& connection, Migrations steps);

/// Refuses a database that is not a vault or is newer than `steps`, and brings an older one up to
/// date, after a copy of it (without the sealed secrets) as `<name>.before-<schema>`. Two processes may do so at once.
[[nodiscard]] Result<void> update_schema(Connection& connection, Migrations steps);

}  // namespace stagepass::store
