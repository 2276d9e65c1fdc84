#pragma once

#include "targets/http/http_url.hpp"
#include "targets/mariadb/sql_connection.hpp"
#include "targets/settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// The settings that all shops have whose users are made in their database, checked.
struct ShopSettings {
  SqlServer server;
  std::string admin;  ///< the account of the database that stagepass acts as
  std::string database;
  std::string prefix;          ///< of the shop's tables
  std::optional<HttpUrl> url;  ///< of the back office; none: no login can be tried
  std::string url_ca;          ///< empty: the system's authorities
};

/// They and `more`, for `target drivers`. `prefix` is what the shop's own installer proposes.
[[nodiscard]] std::vector<SettingInfo> shop_setting_infos(const std::string& prefix,
                                                          std::vector<SettingInfo> more);

/// Errors: `invalid_argument` naming the setting and what it allows, `policy`.
[[nodiscard]] Result<ShopSettings> parse_shop_settings(Settings& values, const std::string& driver);

/// The number of something in the shop: digits alone, so that it may stand in a statement.
[[nodiscard]] Result<std::string> parse_shop_number(Settings& values, const std::string& key,
                                                    std::string_view what);

}  // namespace stagepass::targets
