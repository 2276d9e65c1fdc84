#include "targets/ssh/ssh_settings.hpp"

#include "targets/settings.hpp"

#include <stagepass/core/endpoint.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::string_view kLowerCase = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
// ssh replaces % and ${…} in the name of a key file.
constexpr std::string_view kPathCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/@+";
constexpr std::size_t kLongestUser = 32;

Result<std::string> parse_user(std::string value) {
  const bool begins_well =
      !value.empty() && (kLowerCase.find(value.front()) != std::string_view::npos);
  if (!begins_well || value.size() > kLongestUser ||
      value.find_first_not_of(kNameCharacters) != std::string::npos) {
    return wrong_setting("user", value, "a login name of that host, e.g. root");
  }
  return value;
}

Result<std::filesystem::path> parse_identity(const std::string& value) {
  std::filesystem::path path(value);
  if (value.find_first_not_of(kPathCharacters) != std::string::npos || !path.is_absolute() ||
      path.lexically_normal() != path || !path.has_filename()) {
    return wrong_setting("identity", value,
                         "the absolute path of a private key, of letters, digits and . _ - @ + /");
  }
  return path;
}

Result<std::string> parse_access(std::string value) {
  if (value == "ftp") {
    return fail(Errc::policy, "plain FTP is not supported: it sends passwords unencrypted",
                "use access=sftp");
  }
  if (value != "ssh" && value != "sftp") {
    return wrong_setting("access", value, "ssh (a shell) or sftp (files only)");
  }
  return value;
}

}  // namespace

Result<std::vector<SshPublicKey>> parse_host_keys(std::string_view value) {
  std::vector<SshPublicKey> keys;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    std::string_view one = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    auto key = SshPublicKey::parse(one);
    if (!key) {
      return fail(Errc::invalid_argument,
                  fmt::format("the setting host_key cannot be used: {}", key.error().message),
                  "give public keys, separated by commas: host_key='ssh-ed25519 AAAA…'; leave it "
                  "out to be shown what the host offers");
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

std::vector<SettingInfo> ssh_setting_infos() {
  using Kind = SettingInfo::Kind;
  return {
      {"host", Kind::required, "", "the host on which the accounts are made"},
      {"port", Kind::optional, "22", "the port of its sshd"},
      {"user", Kind::optional, "root",
       "whose authorized_keys on that host hold our key, tied to stagepass-target"},
      {"identity", Kind::required, "",
       "the file of our private key (0600, without passphrase, not in the vault's home)"},
      {"host_key", Kind::optional, "",
       "the host's public key, or several with commas; without it what the host offers is shown, "
       "to "
       "be confirmed"},
      {"access", Kind::required, "",
       "ssh (a shell) or sftp (files only, in a jail), as far as that host allows it"},
  };
}

Result<SshSettings> parse_ssh_settings(const Target& target) {
  SP_ASSIGN(Settings values, complete_settings(target, ssh_setting_infos()));
  SP_ASSIGN(std::string host, parse_host(values["host"]));
  SP_ASSIGN(const std::uint16_t port, parse_port(values["port"]));
  SP_ASSIGN(std::string user, parse_user(values["user"]));
  SP_ASSIGN(std::filesystem::path identity, parse_identity(values["identity"]));
  SP_ASSIGN(std::vector<SshPublicKey> host_keys, parse_host_keys(values["host_key"]));
  SP_ASSIGN(std::string access, parse_access(values["access"]));
  return SshSettings{{std::move(host), port, std::move(host_keys)},
                     std::move(user),
                     std::move(identity),
                     std::move(access)};
}

}  // namespace stagepass::targets
