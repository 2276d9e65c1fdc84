#include "targets/unix/unix_settings.hpp"

#include "targets/settings.hpp"
#include "targets/unix/host_files.hpp"

#include <stagepass/core/endpoint.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace stagepass::targets {
namespace {

/// Members of these can become root or read what others keep secret.
constexpr std::array<std::string_view, 28> kPowerfulGroups = {"root",     "sudo",
                                                              "wheel",    "admin",
                                                              "adm",      "docker",
                                                              "podman",   "lxd",
                                                              "incus",    "libvirt",
                                                              "kvm",      "incus-admin",
                                                              "shadow",   "disk",
                                                              "kmem",     "mem",
                                                              "tty",      "sys",
                                                              "bin",      "daemon",
                                                              "staff",    "src",
                                                              "backup",   "crontab",
                                                              "ssl-cert", "systemd-journal",
                                                              "input",    "video"};

constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
constexpr std::size_t kLongestHostName = 256;

/// Paths go into sshd_config and into its %-patterns, so they are plain.
Result<std::filesystem::path> parse_path(std::string_view key, const std::string& value) {
  const std::filesystem::path path(value);
  const bool plain =
      value.find_first_not_of(std::string(kNameCharacters) + "/") == std::string::npos;
  if (!plain || !path.is_absolute() || path.lexically_normal() != path || !path.has_filename()) {
    return wrong_setting(key, value, "an absolute path of letters, digits and . _ - /");
  }
  return path;
}

Result<UnixAccess> parse_access(const std::string& value) {
  if (value == "ssh") {
    return UnixAccess::ssh;
  }
  if (value == "sftp") {
    return UnixAccess::sftp;
  }
  if (value == "ftp") {
    return fail(Errc::policy, "plain FTP is not supported: it sends passwords unencrypted",
                "use access=sftp");
  }
  return wrong_setting("access", value, "ssh (a shell) or sftp (files only)");
}

Result<std::vector<std::string>> parse_groups(const std::string& value) {
  std::vector<std::string> groups;
  for (const std::string_view group : split(value, ',')) {
    if (group.empty() && value.empty()) {
      break;
    }
    if (group.empty() || group.front() == '-' ||
        group.find_first_not_of(kNameCharacters) != std::string_view::npos) {
      return wrong_setting("groups", value, "group names, separated by commas");
    }
    if (std::find(kPowerfulGroups.begin(), kPowerfulGroups.end(), group) != kPowerfulGroups.end()) {
      return fail(Errc::policy,
                  fmt::format("temporary accounts may not be members of the group {}", group),
                  "such a group gives more than access to the shop; name the web server's group "
                  "instead, e.g. groups=www-data");
    }
    if (group == kSshGroup || group == kSftpGroup) {
      return wrong_setting("groups", value, "groups other than stagepass's own");
    }
    groups.emplace_back(group);
  }
  return groups;
}

std::string name_of_this_host() {
  std::array<char, kLongestHostName> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name.front() != '\0'
             ? std::string(name.data())
             : std::string("localhost");
}

Result<std::string> parse_address(const std::string& value, const std::string& host) {
  if (is_loopback(value) || value == host) {
    return value;
  }
  return wrong_setting("address", value, "a loopback address or the same as host");
}

Result<std::string> parse_own_host(const std::string& value) {
  return value.empty() ? Result<std::string>(name_of_this_host()) : parse_host(value);
}

}  // namespace

std::string UnixSettings::match_group() const {
  return access == UnixAccess::ssh ? kSshGroup : kSftpGroup;
}

std::filesystem::path UnixSettings::folder_of(const UserName& name) const {
  return (access == UnixAccess::ssh ? home_root : sftp_root) / name.str();
}

std::vector<SettingInfo> unix_setting_infos() {
  using Kind = SettingInfo::Kind;
  return {
      {"access", Kind::required, "", "ssh (a shell) or sftp (files only, in a jail)"},
      {"host", Kind::optional, "",
       "what the specialist connects to; this host's name if not given"},
      {"port", Kind::optional, "22", "the port of sshd"},
      {"address", Kind::optional, "127.0.0.1", "where the proof that a login is refused connects"},
      {"groups", Kind::optional, "", "more groups for the accounts, e.g. www-data"},
      {"shell", Kind::optional, "/bin/bash", "login shell (access=ssh)"},
      {"home_root", Kind::optional, "/home", "folder of the homes (access=ssh)"},
      {"sftp_root", Kind::optional, "/srv/stagepass", "folder of the jails (access=sftp)"},
      {"key_root", Kind::optional, "/etc/ssh/stagepass", "folder of the accounts' public keys"},
      {"sshd_config", Kind::optional, "/etc/ssh/sshd_config", "configuration of sshd"},
      {"uid_range", Kind::optional, "70000-99999", "uids set aside for temporary accounts"},
      {"uid_ledger", Kind::optional, "/var/lib/stagepass-uids/ledger",
       "remembers every uid given, so that none is given twice"},
  };
}

Result<UnixSettings> parse_unix_settings(const Target& target) {
  SP_ASSIGN(Settings values, complete_settings(target, unix_setting_infos()));
  SP_ASSIGN(const UnixAccess access, parse_access(values["access"]));
  SP_ASSIGN(std::string host, parse_own_host(values["host"]));
  SP_ASSIGN(const std::uint16_t port, parse_port(values["port"]));
  SP_ASSIGN(std::string address, parse_address(values["address"], host));
  SP_ASSIGN(std::vector<std::string> groups, parse_groups(values["groups"]));
  SP_ASSIGN(std::filesystem::path shell, parse_path("shell", values["shell"]));
  SP_ASSIGN(std::filesystem::path home_root, parse_path("home_root", values["home_root"]));
  SP_ASSIGN(std::filesystem::path sftp_root, parse_path("sftp_root", values["sftp_root"]));
  SP_ASSIGN(std::filesystem::path key_root, parse_path("key_root", values["key_root"]));
  SP_ASSIGN(std::filesystem::path sshd_config, parse_path("sshd_config", values["sshd_config"]));
  SP_ASSIGN(const UidRange uid_range, UidRange::parse(values["uid_range"]));
  SP_ASSIGN(std::filesystem::path uid_ledger, parse_path("uid_ledger", values["uid_ledger"]));
  return UnixSettings{access,
                      std::move(host),
                      port,
                      std::move(address),
                      std::move(sshd_config),
                      std::move(groups),
                      shell.string(),
                      std::move(home_root),
                      std::move(sftp_root),
                      std::move(key_root),
                      uid_range,
                      std::move(uid_ledger)};
}

}  // namespace stagepass::targets
