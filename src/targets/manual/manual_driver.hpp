#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo manual_driver_info();

/// The driver for a system that stagepass cannot reach; also a ManualTarget (see there).
///
/// Guarantees: changes nothing anywhere; `create` and `set_end` succeed without doing anything, for
/// a person does it. The only thing it asks is one login with the old password, where the setting
/// `login` says how.
/// Failure: `invalid_argument` or `policy` for a wrong setting; makes nothing.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_manual_driver(const Target& target,
                                                                       DriverTools tools);

}  // namespace stagepass::targets
