#pragma once

#include "targets/mariadb/mariadb_settings.hpp"
#include "targets/mariadb/sql_connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <vector>

namespace stagepass::targets {

/// Looks whether the admin has the rights that the driver needs, and whether the server is set up
/// so that an account is worth what it seems. Remedies are statements for the server's owner.
[[nodiscard]] Result<std::vector<Finding>> check_mariadb(SqlConnection& session,
                                                         const MariadbSettings& settings);

}  // namespace stagepass::targets
