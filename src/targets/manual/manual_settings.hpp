#pragma once

#include "targets/http/http_url.hpp"
#include "targets/ssh_login.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <variant>
#include <vector>

namespace stagepass::targets {

/// The login page of a WordPress shop.
struct LoginPageAddress {
  HttpUrl url;
  std::string ca_file;  ///< empty: the system's authorities
};

/// Where a login can be tried; nothing where none can.
using ManualLogin = std::variant<std::monostate, SshServer, LoginPageAddress>;

/// The settings of a manual target, checked.
struct ManualSettings {
  std::string url;   ///< where the specialist logs in
  std::string note;  ///< what whoever makes the account must know; may be empty
  ManualLogin login;
};

[[nodiscard]] std::vector<SettingInfo> manual_setting_infos();

/// Errors: `invalid_argument` naming the setting and what it allows; `policy` for FTP and plain
/// http.
[[nodiscard]] Result<ManualSettings> parse_manual_settings(const Target& target);

}  // namespace stagepass::targets
