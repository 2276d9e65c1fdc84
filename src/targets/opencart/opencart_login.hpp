#pragma once

#include "targets/sql_shop/shop_platform.hpp"

namespace stagepass::targets {

/// Logs in at an OpenCart back office, 3 or 4, as the specialist would: exactly one try of the
/// password. Failure: `unreachable` if nothing answered.
[[nodiscard]] Result<ShopLogin> try_opencart_login(const HttpClient& client, const UserName& user,
                                                   const Secret& password,
                                                   const Deadline& deadline);

/// The login page in place of what was asked for.
[[nodiscard]] bool is_opencart_login_page(const HttpResponse& response);

}  // namespace stagepass::targets
