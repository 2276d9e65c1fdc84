#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/keyring_place.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

/// An epoch of the keyring, without its secret.
struct EpochInfo {
  std::int64_t number = 0;
  Timestamp made_at;
};

/// Seals and opens the secrets of one vault.
///
/// Two keys come from the key file: the service key (markers, target credentials), always at
/// hand, so that ending accounts never waits for a person; and the secrets' key, which in a
/// passphrase vault needs the passphrase too. Credentials need a third: that of the epoch in which
/// they were sealed or wrapped anew. It lies in the keyring, outside the database, and is destroyed
/// by a rotation: then no older copy of the database opens, whoever has the key file.
///
/// Guarantees: XChaCha20-Poly1305 under a fresh random key per account, with a 32-byte key
/// commitment; the binding and the vault's id are authenticated, so a record moved, edited or
/// taken from another vault does not open. The keyring is read when the vault is opened, and again
/// when a record is of a newer epoch.
/// Threads: safe from any thread.
/// Failure: `locked` for a wrong key file or passphrase, and for a keyring that is missing or
/// damaged; `undecryptable` for a record that does not verify, or whose epoch was destroyed. What
/// needs the service key alone (settings, markers, signatures) goes on in each case.
/// Secrets: holds the keys and the keyring for its lifetime; nothing else.
/// Based on: the record format in SECURITY.md.
class Vault final {
 public:
  /// A new vault: the parameters to store beside its id. `passphrase` null: the key file alone
  /// opens it.
  [[nodiscard]] static Result<std::vector<std::uint8_t>> create_parameters(
      const std::string& vault_id, const FileKey& key, const Secret* passphrase,
      const PassphraseCost& cost, Random& random);

  /// Opens a vault. Errors: `locked` if the key file belongs to another vault, `corrupt` for
  /// damaged parameters. A keyring that cannot be read is none: it is told where it is needed.
  [[nodiscard]] static Result<Vault> open(const std::string& vault_id, Bytes parameters,
                                          FileKey key, AskPassphrase ask, Random& random,
                                          std::shared_ptr<KeyringPlace> keyring);

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

  /// The same secret as it is sealed in the newest epoch. Needs no passphrase.
  [[nodiscard]] Result<SealedSecret> rewrap(const SealedSecret& sealed,
                                            const SecretBinding& binding);
  /// The epoch of a sealed secret; 0 if it is from before there were epochs, nothing for what this
  /// cannot be told of.
  [[nodiscard]] static std::optional<std::int64_t> epoch_of(const SealedSecret& sealed);

  /// The epochs of the keyring as it lies in its place now, oldest first. Errors: `locked` if it is
  /// missing or damaged.
  [[nodiscard]] Result<std::vector<EpochInfo>> reload_epochs();
  /// The keyring as it was loaded last survives a power cut. Whatever seals a secret sees to that by
  /// itself. Errors: `not_durable`; `locked` as above.
  [[nodiscard]] Result<void> settle_keyring();
  /// Makes a keyring with this one epoch. Errors: `conflict` if there is one that can be read.
  [[nodiscard]] Result<void> make_keyring(std::int64_t number, Timestamp now);
  /// From now on secrets are sealed in this new epoch; the older ones can still be opened.
  [[nodiscard]] Result<void> add_epoch(std::int64_t number, Timestamp now);
  /// Destroys all epochs but the newest, and with them whatever was sealed in them.
  [[nodiscard]] Result<void> destroy_old_epochs();
  /// Who changes the keyring holds this. Errors: `conflict` if somebody else does.
  [[nodiscard]] Result<std::unique_ptr<KeyringPlace::Lock>> lock_keyring();
  /// Where the keyring lies, for messages.
  [[nodiscard]] std::string keyring_name() const;
  /// The parameters it was opened with: stored ones that differ say that the passphrase was changed.
  [[nodiscard]] std::vector<std::uint8_t> key_parameters() const;

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

  /// The key that goes into the hand-offs of a grant, 16 bytes under the service key: who proves a word with it has
  /// opened one. Nothing of it is stored.
  [[nodiscard]] Secret word_key(const GrantId& grant) const;

  /// Signs a text in the name of this vault: a receipt. Its key follows from the service key, so no
  /// passphrase is needed.
  [[nodiscard]] Result<std::string> sign(std::string_view text) const;
  /// What everybody may know, to verify it with.
  [[nodiscard]] VerifierKey verifier_key() const;

 private:
  struct Keys;
  explicit Vault(std::unique_ptr<Keys> keys);
  [[nodiscard]] Result<Secret> peel(const SealedSecret& sealed, const SecretBinding& binding);
  [[nodiscard]] Result<std::vector<std::uint8_t>> wrap(const Secret& inner,
                                                       const SecretBinding& binding);
  [[nodiscard]] std::string signer_name() const;
  [[nodiscard]] Secret signing_seed() const;
  std::unique_ptr<Keys> keys_;
};

}  // namespace stagepass::vault
