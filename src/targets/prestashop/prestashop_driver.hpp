#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo prestashop_driver_info();

/// The driver for employees of a PrestaShop back office, 1.7 or 8, by its database;
/// see make_shop_driver. Failure: `invalid_argument` or `policy` for a wrong setting.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_prestashop_driver(
    const Target& target, SecretSettings secrets, const DriverTools& tools);

}  // namespace stagepass::targets
