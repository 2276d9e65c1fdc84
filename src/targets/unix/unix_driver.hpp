#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo unix_driver_info();

/// The driver for accounts of this host: SSH with a shell, or SFTP only in a jail.
///
/// Guarantees: touches only accounts whose GECOS in the local files is the marker and whose uid
/// lies in the range set aside; a uid is never given to two names. Failure: `invalid_argument` or
/// `policy` for a wrong setting; makes nothing.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_unix_driver(const Target& target,
                                                                     DriverTools tools);

}  // namespace stagepass::targets
