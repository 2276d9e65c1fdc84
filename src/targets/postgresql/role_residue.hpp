#pragma once

#include "targets/postgresql/connection.hpp"

#include <stagepass/core/result.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// What the server still has of a role that is no longer in its catalogue: sessions, prepared
/// transactions, ownership, rights, settings; a phrase each.
///
/// `oid` is the number that the role had. Without it (somebody else dropped the role) everything
/// counts that belongs to a role which does not exist: a session outlives its role, and nothing
/// tells any more whose it was.
[[nodiscard]] Result<std::vector<std::string>> residue_of_role(PgConnection& connection,
                                                               const std::string& oid,
                                                               const Deadline& deadline);

}  // namespace stagepass::targets
