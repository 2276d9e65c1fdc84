#pragma once

#include "targets/http/http_url.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::targets {

/// The settings of a wordpress target, checked.
struct WordPressSettings {
  HttpUrl url;
  std::string ca_file;  ///< empty: the system's authorities
  std::string admin;    ///< the user whom stagepass acts as
  Secret app_password;
  std::string role;
  std::optional<std::int64_t> reassign;  ///< who inherits; the admin if not given
};

[[nodiscard]] std::vector<SettingInfo> wordpress_setting_infos();

/// Errors: `invalid_argument`, `policy`; nothing of a secret is repeated.
[[nodiscard]] Result<WordPressSettings> parse_wordpress_settings(const Target& target,
                                                                 SecretSettings secrets);

}  // namespace stagepass::targets
