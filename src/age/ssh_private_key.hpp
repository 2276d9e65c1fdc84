#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace stagepass::age {

struct SshPrivateKey {
  Secret seed;
  std::array<std::uint8_t, 32> public_key{};
};

/// An ssh-ed25519 key from an OpenSSH private key file ("openssh-key-v1") without a passphrase.
/// Errors: `invalid_argument`.
[[nodiscard]] Result<SshPrivateKey> parse_ssh_private_key(std::string_view file);

[[nodiscard]] bool is_ssh_private_key(std::string_view file);

}  // namespace stagepass::age
