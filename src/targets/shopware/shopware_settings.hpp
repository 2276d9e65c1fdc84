#pragma once

#include "targets/http/http_url.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// What a specialist may do: everything, only when that was said, or what a role of the shop may.
inline constexpr const char* kShopwareAdmin = "admin";

/// The settings of a shopware target, checked.
struct ShopwareSettings {
  HttpUrl url;
  std::string ca_file;    ///< empty: the system's authorities
  std::string client_id;  ///< the integration's access key
  Secret client_secret;
  std::string role;    ///< an ACL role's name or id, or kShopwareAdmin
  std::string locale;  ///< "en-GB"

  [[nodiscard]] bool is_admin() const { return role == kShopwareAdmin; }
};

[[nodiscard]] std::vector<SettingInfo> shopware_setting_infos();

/// Errors: `invalid_argument`, `policy`; nothing of a secret is repeated.
[[nodiscard]] Result<ShopwareSettings> parse_shopware_settings(const Target& target,
                                                               SecretSettings secrets);

}  // namespace stagepass::targets
