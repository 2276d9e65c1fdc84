#pragma once

#include <stagepass/ports/keyring_place.hpp>
#include <stagepass/vault/keyring.hpp>
#include <stagepass/vault/vault.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vault/bytes.hpp>
#include <vault/key_parameters.hpp>

namespace stagepass::vault {

/// What a vault holds in memory.
struct Vault::Keys {
  Keys(Secret service, Secret secrets)
      : service_key(std::move(service)), secrets_key(std::move(secrets)) {}

  std::string vault_id;
  KeyParameters parameters;
  Random* random = nullptr;
  Secret service_key;
  /// Until unlocked, in a passphrase vault, only what the file contributes to it.
  Secret secrets_key;
  std::atomic<bool> is_unlocked = false;

  std::mutex unlocking;
  AskPassphrase ask;
  std::optional<Error> refusal;

  std::shared_ptr<KeyringPlace> place;
  std::mutex ring_mutex;
  std::shared_ptr<const Keyring> ring;  ///< null: none, or it cannot be read
  Digest ring_text{};  ///< of the text that `ring` was decoded from: decoding takes many pages of
                       ///< locked memory, and a ring changes once a day
  bool is_settled = false;  ///< `ring` survives a power cut

  using Ring = std::shared_ptr<const Keyring>;

  [[nodiscard]] Result<Secret> ask_for_secrets_key() const;
  /// The keyring in memory, or the one in its place if there is none. Errors: `locked`.
  [[nodiscard]] Result<Ring> keyring();
  /// The same, to seal with: what it seals must not be durable before it is.
  [[nodiscard]] Result<Ring> settled_keyring();
  /// The same, read again if it knows no epoch as new as this one.
  [[nodiscard]] Result<Ring> keyring_for(std::int64_t epoch);
  [[nodiscard]] Result<Ring> reload();
  [[nodiscard]] Result<Ring> decoded_from(const Secret& text);
  [[nodiscard]] Digest digest_of(const Secret& text) const;
  /// Replaces the keyring in its place, then the one in memory.
  [[nodiscard]] Result<void> keep(Keyring changed);
  [[nodiscard]] Secret key_of(const KeyEpoch& epoch) const;
};

}  // namespace stagepass::vault
