#pragma once

#include "targets/postgresql/admin_login.hpp"

#include <stagepass/core/result.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

// The group of a target: the one role that has the rights, so that accounts need none of their own.
// Rights granted to each account would be written into the entry of every table of the shop, by
// every create and once more by every erase: they pile up, and two that do it at the same time
// fail ("tuple concurrently updated").

/// Makes the group, `GRANT … ON SCHEMA shop TO group` …: ready to paste, a statement each.
[[nodiscard]] std::vector<std::string> group_statements(const PgSettings& settings);

/// `SELECT, INSERT, UPDATE, DELETE`
[[nodiscard]] std::string table_rights(const PgSettings& settings);

/// Makes the group, if this target has one of its own, and the keeper, as far as the admin may;
/// returns what was done. Errors: `refused` with the statements that somebody else must run.
[[nodiscard]] Result<std::vector<std::string>> install_roles(AdminLogin& admin,
                                                             const PgSettings& settings,
                                                             const Deadline& deadline);

}  // namespace stagepass::targets
