#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/core/timestamp.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace stagepass::targets {

enum class Terminal { no, yes };

/// One line of authorized_keys: `restrict,expiry-time="20261201100000Z" ssh-ed25519 AAAA…`. sshd
/// itself refuses the key from that second on.
[[nodiscard]] std::string authorized_key_line(const SshPublicKey& key, Timestamp expires_at,
                                              Terminal terminal);

/// The same line with another end. Errors: `corrupt` if it is not one of ours.
[[nodiscard]] Result<std::string> with_end(std::string_view line, Timestamp expires_at);

/// The keys of the accounts, one file each in a folder of root: their owners cannot edit them.
class AuthorizedKeys final {
 public:
  explicit AuthorizedKeys(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::filesystem::path file_of(const UserName& name) const {
    return folder_ / name.str();
  }
  [[nodiscard]] Result<void> write(const UserName& name, std::string_view line) const;
  /// Moves the end of the user's key; no key is success.
  [[nodiscard]] Result<void> set_end(const UserName& name, Timestamp expires_at) const;
  /// Absent is success.
  [[nodiscard]] Result<void> remove(const UserName& name) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace stagepass::targets
