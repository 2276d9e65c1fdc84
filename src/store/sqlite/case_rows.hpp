#pragma once

#include "store/sqlite/connection.hpp"
#include "store/sqlite/statement.hpp"

#include <stagepass/ports/store.hpp>

namespace stagepass::store {

// Cases in their table, and what a commit must not break of them.

inline constexpr const char* kCaseColumns =
    "ref, created_at, opened_at, closed_at, environment, platform, versions, plugin_core, "
    "payment_core, since, updates, reproduced, examples, timebox_at, version";

/// Errors: `corrupt` for a row that we cannot have written.
[[nodiscard]] Result<Case> read_case(const Statement& statement);

/// Adds and updates what `changes` says of cases. Errors: `conflict`, `not_found`.
[[nodiscard]] Result<void> write_cases(Connection& connection, const ChangeSet& changes);

/// Before the grants of `changes` are written: does a case forbid one? Errors: `conflict`.
[[nodiscard]] Result<void> check_cases_of_grants(Connection& connection, const ChangeSet& changes);

/// Cases of `changes` whose time-box moves; before they are written.
[[nodiscard]] Result<std::vector<Case>> moved_timeboxes(Connection& connection,
                                                        const ChangeSet& changes);

/// When all is written: does an account outlive one of these time-boxes? Errors: `conflict`.
[[nodiscard]] Result<void> check_timeboxes(Connection& connection, const std::vector<Case>& moved);

}  // namespace stagepass::store
