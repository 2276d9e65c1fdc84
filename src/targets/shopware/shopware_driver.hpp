#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo shopware_driver_info();

/// The driver for users of a Shopware 6 back office, over its Admin API.
///
/// Guarantees: touches only the user whose id follows from the account's marker, or who has the
/// account's login name and one of its marks (see UserIdentity). Shopware has no expiry of its own.
/// Another password is what shuts the door and ends logins there, so `disable` does both; how many
/// there were cannot be asked, so `end_sessions` counts the user's own access keys only.
/// Failure: `invalid_argument` or `policy` for a wrong setting; makes nothing.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_shopware_driver(const Target& target,
                                                                         SecretSettings secrets,
                                                                         DriverTools tools);

}  // namespace stagepass::targets
