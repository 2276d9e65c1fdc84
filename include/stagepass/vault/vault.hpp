#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::vault {

/// What a sealed secret is bound to: change one of these and it does not open.
struct SecretBinding {
  AccountId account;
  TargetName target;
  UserName user_name;
  Timestamp expires_at;
};

/// Asks a person for the vault's passphrase. Called at most once, only when a secret must be opened
/// or sealed; after a wrong answer the vault stays locked.
using AskPassphrase = std::function<Result<Secret>()>;

/// Argon2id cost. Stored with the vault, capped when read.
struct PassphraseCost {
  std::uint64_t operations = 3;
  std::uint64_t memory_bytes = 256ULL * 1024 * 1024;
};

/// Seals and opens the secrets of one vault.
///
/// Two keys come from the key file: the service key (markers, target credentials), always at
/// hand, so that ending accounts never waits for a person; and the secrets' key, which in a
/// passphrase vault needs the passphrase too.
///
/// Guarantees: XChaCha20-Poly1305 under a fresh random key per account, with a 32-byte key
/// commitment; the binding and the vault's id are authenticated, so a record moved, edited or
/// taken from another vault does not open.
/// Threads: safe from any thread.
/// Failure: `locked` for a wrong key file or passphrase, `undecryptable` for a record that does
/// not verify.
/// Secrets: holds the two keys for its lifetime; nothing else.
/// Based on: the record format in SECURITY.md.
class Vault final {
 public:
  /// A new vault: the parameters to store beside its id. `passphrase` null: the key file alone
  /// opens it.
  [[nodiscard]] static Result<std::vector<std::uint8_t>> create_parameters(
      const std::string& vault_id, const FileKey& key, const Secret* passphrase,
      const PassphraseCost& cost, Random& random);

  /// Opens a vault. Errors: `locked` if the key file belongs to another vault, `corrupt` for
  /// damaged parameters.
  [[nodiscard]] static Result<Vault> open(const std::string& vault_id, Bytes parameters,
                                          FileKey key, AskPassphrase ask, Random& random);

  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  Vault(Vault&& other) noexcept;
  Vault& operator=(Vault&& other) noexcept;
  ~Vault();

  [[nodiscard]] bool needs_passphrase() const noexcept;

  /// Makes the secrets' key available, asking for the passphrase if there is one. `seal`, `open`
  /// and `reseal` do this themselves; call it before work starts, so that a wrong passphrase stops
  /// nothing half-way.
  [[nodiscard]] Result<void> unlock();
  [[nodiscard]] bool is_unlocked() const noexcept;

  [[nodiscard]] Result<SealedSecret> seal(const Secret& secret, const SecretBinding& binding);
  [[nodiscard]] Result<Secret> open(const SealedSecret& sealed, const SecretBinding& binding);
  /// The same secret under another binding (a moved end), with a new key.
  [[nodiscard]] Result<SealedSecret> reseal(const SealedSecret& sealed, const SecretBinding& from,
                                            const SecretBinding& to);

  /// A target's admin credential, under the service key: opens without a passphrase.
  [[nodiscard]] Result<std::vector<std::uint8_t>> seal_setting(const Secret& secret,
                                                               const TargetName& target,
                                                               const std::string& setting);
  [[nodiscard]] Result<Secret> open_setting(Bytes sealed, const TargetName& target,
                                            const std::string& setting);

  /// The marker of an account: "stagepass/" + account id + "." + 16 characters of a MAC over vault,
  /// target and account under the service key, so that an account on a target can be told as ours
  /// without any record.
  [[nodiscard]] std::string marker(const AccountId& account, const TargetName& target) const;

  /// What only this vault can say of a record's content: base64 of a 128-bit MAC under the service
  /// key.
  [[nodiscard]] std::string record_mac(Bytes content) const;

  /// Signs a text in the name of this vault: a receipt. Its key follows from the service key, so no
  /// passphrase is needed.
  [[nodiscard]] Result<std::string> sign(std::string_view text) const;
  /// What everybody may know, to verify it with.
  [[nodiscard]] VerifierKey verifier_key() const;

 private:
  struct Keys;
  explicit Vault(std::unique_ptr<Keys> keys);
  [[nodiscard]] std::string signer_name() const;
  [[nodiscard]] Secret signing_seed() const;
  std::unique_ptr<Keys> keys_;
};

}  // namespace stagepass::vault
