#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo ssh_driver_info();

/// The driver for accounts of another Unix host.
///
/// That host has the program stagepass-target (src/targets/remote), which does what it is asked
/// with its own unix driver and its own settings; it is asked over SSH in the words of the command
/// driver. Logins are tried from here, as the specialist would.
///
/// Guarantees: as for the unix driver; and nothing is said to a server without a pinned host key.
/// Failure: `invalid_argument`, `policy` for a wrong setting; makes nothing.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_ssh_driver(const Target& target,
                                                                    DriverTools tools);

}  // namespace stagepass::targets
