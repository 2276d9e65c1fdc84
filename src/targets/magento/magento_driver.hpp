#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo magento_driver_info();

/// The driver for users of a Magento or Adobe Commerce 2.4 back office, by its database;
/// see make_shop_driver. Failure: `invalid_argument` or `policy` for a wrong setting.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_magento_driver(const Target& target,
                                                                        SecretSettings secrets,
                                                                        const DriverTools& tools);

}  // namespace stagepass::targets
