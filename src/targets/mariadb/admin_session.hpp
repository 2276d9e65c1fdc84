#pragma once

#include "targets/mariadb/mariadb_settings.hpp"
#include "targets/mariadb/sql_connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/process.hpp>
#include <stagepass/ports/target_driver.hpp>

namespace stagepass::targets {

/// Fails with `unreachable` if the host's name cannot be resolved before the deadline. The client
/// library resolves names by itself and without any; it is asked to only after this.
[[nodiscard]] Result<void> resolve_in_time(Process& process, const SqlServer& server,
                                           const Deadline& deadline);

/// Logs in as the admin of a target, and nothing more. Errors: `refused` for a wrong admin
/// credential, `unreachable`.
[[nodiscard]] Result<SqlConnection> log_in_as_admin(const SqlServer& server, const SqlLogin& admin,
                                                    const Deadline& deadline);

/// Known quoting, UTC, no waiting for locks beyond the deadline.
[[nodiscard]] Result<void> prepare_session(SqlConnection& session);

/// Logs in as the admin and prepares the session: known quoting, UTC, no waiting for locks beyond
/// the deadline. Errors: `refused` for a wrong admin credential, `policy` for a server that is not
/// MariaDB 10.4 or newer, `unreachable`.
[[nodiscard]] Result<SqlConnection> open_admin_session(const MariadbSettings& settings,
                                                       const Secret* password,
                                                       const Deadline& deadline);

/// Waits until no other session of ours is at work on the account, and keeps others off until the
/// connection ends. Without it a statement that the server is still about to do, of a session that
/// we have lost, could make the account after we have seen that it is not there.
[[nodiscard]] Result<void> claim(SqlConnection& session, const AccountRef& account);

}  // namespace stagepass::targets
