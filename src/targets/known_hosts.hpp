#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/ssh_public_key.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {

/// The host keys that are trusted in one conversation, in a private file for ssh's
/// UserKnownHostsFile; gone with the object.
class KnownHosts final {
 public:
  /// What the server is called in the file; ssh is told so by HostKeyAlias.
  static constexpr std::string_view kAlias = "stagepass-target";

  /// Errors: `unavailable` if the file cannot be written.
  [[nodiscard]] static Result<KnownHosts> write(const std::vector<SshPublicKey>& keys);

  KnownHosts(const KnownHosts&) = delete;
  KnownHosts& operator=(const KnownHosts&) = delete;
  KnownHosts(KnownHosts&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  KnownHosts& operator=(KnownHosts&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~KnownHosts();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit KnownHosts(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace stagepass::targets
