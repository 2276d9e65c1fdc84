#pragma once

#include "targets/deadline.hpp"
#include "targets/shopware/back_office.hpp"
#include "targets/shopware/shopware_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <vector>

namespace stagepass::targets {

/// Looks whether a shop is ready for temporary accounts; changes nothing. Errors: `unreachable`.
[[nodiscard]] Result<std::vector<Finding>> check_back_office(BackOffice& office,
                                                             const ShopwareSettings& settings,
                                                             const Deadline& deadline);

}  // namespace stagepass::targets
