#pragma once

#include "targets/postgresql/admin_login.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>

#include <cstddef>
#include <string>

namespace stagepass::targets {

/// Ends every session whose login was the role with this number, whoever it has become since, and
/// returns how many there were. Success means that none is left.
[[nodiscard]] Result<std::size_t> end_sessions_of(PgConnection& connection, const std::string& oid,
                                                  const Deadline& deadline);

/// Rolls back what the role has prepared for a two-phase commit in any database: it would hold its
/// locks for ever. Returns how many there were.
[[nodiscard]] Result<std::size_t> roll_back_prepared(AdminLogin& admin, const UserName& name,
                                                     const Deadline& deadline);

}  // namespace stagepass::targets
