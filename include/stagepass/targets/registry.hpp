#pragma once

#include <stagepass/core/clock.hpp>
#include <stagepass/ports/process.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <memory>
#include <string>

namespace stagepass::targets {

/// What drivers work with; all must outlive the factory and its drivers.
struct DriverTools {
  Process& process;
  Clock& clock;
  Random& random;
  /// An absolute path of this program: ssh calls it to be given a password (see
  /// src/targets/ssh_login.hpp).
  std::string askpass_program;
};

/// All drivers of this build; `stagepass target drivers` lists them.
[[nodiscard]] std::unique_ptr<DriverFactory> make_driver_factory(DriverTools tools);

}  // namespace stagepass::targets
