#pragma once

#include "targets/mariadb/mariadb_settings.hpp"
#include "targets/mariadb/sql_connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <memory>
#include <string>

namespace stagepass::targets {

enum class MariadbLoginOutcome { accepted, refused, locked };

/// Logs in as the specialist would, once. `refused` is the server's own "access denied"; anything
/// else that is no login is an error, never proof. Errors: `unreachable`.
[[nodiscard]] Result<MariadbLoginOutcome> try_mariadb_login(const SqlServer& server,
                                                            const SqlLogin& login,
                                                            const Deadline& deadline);

/// Logs in and stays. Errors: `refused` (also for a locked account), `unreachable`.
[[nodiscard]] Result<std::unique_ptr<LiveSession>> open_mariadb_session(const SqlServer& server,
                                                                        const SqlLogin& login,
                                                                        const Deadline& deadline);

/// Whether an account for `from` can be logged in to from here, as the server sees us. If not, it
/// refuses us whether the account is there or not, and that proves nothing.
[[nodiscard]] Result<bool> is_from_here(SqlConnection& admin_session, const std::string& from);

}  // namespace stagepass::targets
