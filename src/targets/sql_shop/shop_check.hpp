#pragma once

#include "targets/sql_shop/shop_database.hpp"
#include "targets/sql_shop/shop_platform.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <vector>

namespace stagepass::targets {

/// Looks whether the admin may do with the shop's tables what the driver needs, by statements that
/// concern no row. Remedies are statements for the owner of the database. Errors: `unreachable`.
[[nodiscard]] Result<std::vector<Finding>> check_shop_database(ShopDatabase& database,
                                                               const ShopPlatform& platform,
                                                               const ShopSettings& settings);

}  // namespace stagepass::targets
