#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo wordpress_driver_info();

/// The driver for users of a WordPress or WooCommerce back office, over its REST API.
///
/// Guarantees: touches only users that have the account's login name and at least one of its marks
/// (see UserMark); WordPress can hold several rows of one login name, and all of them are ended.
/// WordPress has no expiry of its own. Changing the password is what ends logins there, so
/// `disable` does it already; how many there were cannot be asked, so `end_sessions` counts the
/// application passwords only.
/// Failure: `invalid_argument` or `policy` for a wrong setting; makes nothing.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_wordpress_driver(const Target& target,
                                                                          SecretSettings secrets,
                                                                          DriverTools tools);

}  // namespace stagepass::targets
