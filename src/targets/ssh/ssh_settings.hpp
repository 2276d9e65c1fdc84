#pragma once

#include "targets/ssh_login.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// The settings of an ssh target, checked.
struct SshSettings {
  SshServer server;  ///< no host keys: nobody has confirmed one yet, and nothing is done
  std::string user;  ///< whose authorized_keys hold our key, tied to stagepass-target
  std::filesystem::path identity;  ///< the private key
  std::string access;              ///< "ssh" or "sftp", as the unix driver of that host means it

  [[nodiscard]] SshUse use() const { return access == "ssh" ? SshUse::shell : SshUse::sftp_only; }
};

/// The value of the setting `host_key`: public keys with commas between them. Errors: `invalid_argument`.
[[nodiscard]] Result<std::vector<SshPublicKey>> parse_host_keys(std::string_view value);

[[nodiscard]] std::vector<SettingInfo> ssh_setting_infos();

/// Errors: `invalid_argument` naming the setting and what it allows, `policy` for port 21.
[[nodiscard]] Result<SshSettings> parse_ssh_settings(const Target& target);

}  // namespace stagepass::targets
