#pragma once

#include "targets/sql_shop/shop_platform.hpp"

#include <string>

namespace stagepass::targets {

/// Logs in at a PrestaShop back office (1.7 or 8), as its own login page does: exactly one try of
/// the password. Failure: `unreachable` if nothing answered.
[[nodiscard]] Result<ShopLogin> try_prestashop_login(const HttpClient& client,
                                                     const std::string& address,
                                                     const Secret& password,
                                                     const Deadline& deadline);

/// A way back to the login page in place of what was asked for.
[[nodiscard]] bool is_prestashop_logged_out(const HttpResponse& response);

}  // namespace stagepass::targets
