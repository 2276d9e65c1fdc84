#pragma once

#include "targets/unix/host_tools.hpp"
#include "targets/unix/unix_settings.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/ssh_public_key.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// What sshd will do, as `sshd -T` prints it: one keyword in lower case and its value a line.
class SshdSettings final {
 public:
  [[nodiscard]] static SshdSettings parse(std::string_view text);

  /// The first value, empty if the keyword does not appear.
  [[nodiscard]] std::string value(std::string_view keyword) const;
  /// Every word of every line with this keyword.
  [[nodiscard]] std::vector<std::string> list(std::string_view keyword) const;

 private:
  std::multimap<std::string, std::string, std::less<>> values_;
};

/// Asks sshd itself, for everybody or for one user. Errors: `policy` with what sshd says if its
/// configuration is wrong.
[[nodiscard]] Result<SshdSettings> effective_settings(const HostTools& tools,
                                                      const UnixSettings& settings,
                                                      const std::optional<UserName>& user,
                                                      const Deadline& deadline);

/// What sshd would still let this user do, or would not do, against our rules: a phrase each, empty
/// if the rules apply. Asked before a door is opened: a Match block that does not match would turn
/// "files only" into a full shell.
[[nodiscard]] std::vector<std::string> gaps_in_rules(const SshdSettings& sshd,
                                                     const UnixSettings& settings,
                                                     const UserName& user);

/// The public halves of sshd's host keys. No trust on first use: this is the same host. Errors:
/// `unavailable` if none can be read.
[[nodiscard]] Result<std::vector<SshPublicKey>> host_keys(const SshdSettings& sshd);

}  // namespace stagepass::targets
