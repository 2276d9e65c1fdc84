#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo opencart_driver_info();

/// The driver for users of an OpenCart back office, 3.0.3 or 4 (from 4.0.2 on), by its database;
/// see make_shop_driver. Failure: `invalid_argument` or `policy` for a wrong setting.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_opencart_driver(const Target& target,
                                                                         SecretSettings secrets,
                                                                         const DriverTools& tools);

}  // namespace stagepass::targets
