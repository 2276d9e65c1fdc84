#pragma once

#include "targets/sql_shop/shop_platform.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/secret.hpp>

namespace stagepass::targets {

/// What is said at the login.
struct MagentoCredential {
  const UserName& user;
  const Secret& password;
  const Secret* code = nullptr;  ///< of the second factor, if the user has one
};

/// Logs in at a Magento 2.4 back office as the specialist would: exactly one try of the password, and of the code.
/// Failure: `unreachable` if nothing answered.
[[nodiscard]] Result<ShopLogin> try_magento_login(const HttpClient& client,
                                                  const MagentoCredential& credential,
                                                  const Deadline& deadline);

/// The login page in place of what was asked for.
[[nodiscard]] bool is_magento_login_page(const HttpResponse& response);

}  // namespace stagepass::targets
