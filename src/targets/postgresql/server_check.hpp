#pragma once

#include "targets/postgresql/admin_login.hpp"

#include <stagepass/core/clock.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <vector>

namespace stagepass::targets {

struct CheckTools {
  Clock& clock;
  Random& random;
};

/// Looks whether the server is ready for temporary accounts; changes nothing.
[[nodiscard]] Result<std::vector<Finding>> check_server(AdminLogin& admin,
                                                        const PgSettings& settings,
                                                        CheckTools tools, const Deadline& deadline);

}  // namespace stagepass::targets
