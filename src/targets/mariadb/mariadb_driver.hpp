#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo mariadb_driver_info();

/// The driver for accounts of a MariaDB server (10.4 or newer).
///
/// Guarantees: touches only accounts whose mark, a role of that name, is on the server; an account
/// is all 'user'@'host' of its user name. The password is never sent when the account is made, only
/// its hash. Failure: `invalid_argument` or `policy` for a wrong setting; makes nothing. A server
/// that is not MariaDB is refused by every operation.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_mariadb_driver(const Target& target,
                                                                        SecretSettings secrets,
                                                                        DriverTools tools);

}  // namespace stagepass::targets
