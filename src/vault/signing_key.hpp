#pragma once

#include <stagepass/core/secret.hpp>
#include <stagepass/vault/key_file.hpp>

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string>

namespace stagepass::vault {

[[nodiscard]] Secret service_key_of(const FileKey& key, const std::string& vault_id);

/// What receipts, checkpoints and webhooks of a vault are signed with.
[[nodiscard]] Secret signing_seed_under(const Secret& service_key, const std::string& vault_id);

/// A key pair of libsodium; the secret half lives only as long as this.
struct SigningKey {
  explicit SigningKey(const Secret& seed)
      : secret_key(Secret::make(crypto_sign_SECRETKEYBYTES, [&](MutableBytes out) {
          ::crypto_sign_seed_keypair(public_key.data(), out.data(), seed.reveal().data());
        })) {}

  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key{};
  Secret secret_key;
};

}  // namespace stagepass::vault
