#pragma once

#include "targets/postgresql/account_role.hpp"
#include "targets/postgresql/admin_login.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>

#include <string>

namespace stagepass::targets {

/// The state of the role that gets what specialists leave behind.
struct KeeperState {
  bool exists = false;
  bool is_powerless = false;  ///< no login, no superuser, no CREATEROLE …
  bool is_held = false;       ///< the admin is a member and can give it things
};

[[nodiscard]] Result<KeeperState> state_of_keeper(PgConnection& connection,
                                                  const std::string& keeper,
                                                  const Deadline& deadline);

/// Makes the keeper if there is none. Errors: `policy` if a role of its name has power: a function
/// of a specialist (SECURITY DEFINER) would run with it.
[[nodiscard]] Result<void> ensure_keeper(PgConnection& connection, const std::string& keeper,
                                         const Deadline& deadline);

/// What the role owns goes to the keeper, what it may do is revoked, in every database where there
/// is something of the kind; then the role is dropped. Nothing of the merchant's data is deleted.
///
/// May be repeated after a crash anywhere. Errors: `refused` if the server says no, for instance
/// where the keeper may not own things in a schema; the role then stays, disabled.
[[nodiscard]] Result<void> drop_role(AdminLogin& admin, const PgSettings& settings,
                                     const UserName& name, const Deadline& deadline);

}  // namespace stagepass::targets
