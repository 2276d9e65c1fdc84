#pragma once

#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stagepass::targets {

enum class UnixAccess { ssh, sftp };

/// The settings of a unix target, checked.
struct UnixSettings {
  UnixAccess access;
  std::string host;  ///< what the specialist connects to
  std::uint16_t port = 0;
  std::string address;  ///< where the login proof connects: this host
  std::filesystem::path sshd_config;
  std::vector<std::string> groups;  ///< beside the one that makes sshd apply our rules
  std::string shell;
  std::filesystem::path home_root;
  std::filesystem::path sftp_root;
  std::filesystem::path key_root;
  UidRange uid_range;
  std::filesystem::path uid_ledger;

  /// The group that sshd's Match block goes by.
  [[nodiscard]] std::string match_group() const;
  /// Home or jail of an account.
  [[nodiscard]] std::filesystem::path folder_of(const UserName& name) const;
};

inline constexpr const char* kSshGroup = "stagepass-ssh";
inline constexpr const char* kSftpGroup = "stagepass-sftp";

[[nodiscard]] std::vector<SettingInfo> unix_setting_infos();

/// Errors: `invalid_argument` naming the setting and what it allows, `policy` for port 21 and for
/// groups that would make the account more than a guest.
[[nodiscard]] Result<UnixSettings> parse_unix_settings(const Target& target);

}  // namespace stagepass::targets
