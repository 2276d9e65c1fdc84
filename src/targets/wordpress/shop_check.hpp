#pragma once

#include "targets/deadline.hpp"
#include "targets/wordpress/shop_users.hpp"
#include "targets/wordpress/wordpress_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <vector>

namespace stagepass::targets {

/// Looks whether a shop is ready for temporary accounts; changes nothing. Errors: `unreachable`.
[[nodiscard]] Result<std::vector<Finding>> check_shop(const ShopUsers& users,
                                                      const WordPressSettings& settings,
                                                      Random& random, const Deadline& deadline);

}  // namespace stagepass::targets
