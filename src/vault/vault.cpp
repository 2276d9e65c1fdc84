#include <stagepass/core/base64.hpp>
#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/vault/vault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <utility>
#include <vault/bytes.hpp>
#include <vault/key_parameters.hpp>
#include <vault/sealed_box.hpp>
#include <vault/signing_key.hpp>
#include <vault/stretching.hpp>
#include <vault/vault_keys.hpp>
#include <vault/wrapped_key.hpp>

namespace stagepass::vault {

namespace {

constexpr std::uint8_t kRecordVersion = 1;
constexpr std::size_t kLargestSecret = 64UL * 1024;
constexpr std::size_t kRecordMacSize = 16;
constexpr std::size_t kWordKeySize = 16;
constexpr std::size_t kMarkerMacSize = 10;  // 80 bits, 16 characters

/// The secrets' key of a key-file vault; what the file contributes to it in a passphrase vault.
Secret secrets_key_of(const FileKey& key, const std::string& vault_id) {
  return derive_key(key.bytes, {bytes_of("stagepass/v1/secrets-key"), bytes_of(vault_id)});
}

Digest check_of(const Secret& key) {
  return keyed_hash(key, {bytes_of("stagepass/v1/key-check")});
}

/// Errors: `unavailable` if the memory for Argon2id cannot be had.
Result<Secret> add_passphrase(const Secret& from_file, const Secret& passphrase,
                              const PassphraseParameters& parameters) {
  SP_ASSIGN(const Secret stretched, stretch(passphrase, parameters));
  return derive_key(stretched, {bytes_of("stagepass/v1/passphrase"), from_file.reveal()});
}

std::vector<std::uint8_t> with_header(Bytes header, std::vector<std::uint8_t> box) {
  box.insert(box.begin(), header.begin(), header.end());
  return box;
}

/// The box behind `header`, or nothing if the record does not start so.
std::optional<Bytes> without_header(Bytes record, Bytes header) {
  if (record.size() < header.size() || !std::equal(header.begin(), header.end(), record.begin())) {
    return std::nullopt;
  }
  return record.subspan(header.size());
}

constexpr std::array<std::uint8_t, 1> kSecretHeader = {kRecordVersion};

std::optional<Secret> open_record(const Secret& key, Bytes record, Bytes header, Bytes context) {
  const std::optional<Bytes> box = without_header(record, header);
  if (!box || box->size() > kLargestSecret + kBoxOverhead) {
    return std::nullopt;
  }
  return open_box(key, *box, context);
}

std::vector<std::uint8_t> secret_context(const std::string& vault_id,
                                         const SecretBinding& binding) {
  const auto end =
      big_endian(static_cast<std::uint64_t>(binding.expires_at.time_since_epoch().count()));
  return encode_fields({bytes_of("stagepass/v1/secret"), bytes_of(vault_id),
                        bytes_of(binding.account.str()), bytes_of(binding.target.str()),
                        bytes_of(binding.user_name.str()), end});
}

Failure does_not_open(const SecretBinding& binding) {
  return fail(Errc::undecryptable,
              fmt::format("the credential of account {} on target {} does not open",
                          binding.account.str(), binding.target.str()),
              "its record was edited or is not of this vault: revoke the grant and grant again");
}

Failure was_destroyed(const SecretBinding& binding, std::int64_t epoch) {
  return fail(Errc::undecryptable,
              fmt::format("the credential of account {} on target {} does not open: the key of its "
                          "epoch ({}) was destroyed",
                          binding.account.str(), binding.target.str(), epoch),
              "the records are an older copy: revoke the grant and grant again");
}

std::vector<std::uint8_t> setting_context(const std::string& vault_id, const TargetName& target,
                                          const std::string& setting) {
  return encode_fields({bytes_of("stagepass/v1/setting"), bytes_of(vault_id),
                        bytes_of(target.str()), bytes_of(setting)});
}

Result<void> check_size(const Secret& secret) {
  if (secret.size() > kLargestSecret) {
    return fail(Errc::invalid_argument,
                fmt::format("a secret of {} bytes is too large", secret.size()),
                fmt::format("up to {} bytes can be kept", kLargestSecret));
  }
  return {};
}

std::string base32(Bytes bytes) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string text;
  unsigned window = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    window = window << 8U | byte;
    for (bits += 8; bits >= 5; bits -= 5) {
      text += kAlphabet[window >> (bits - 5) & 31U];
    }
  }
  return text;
}

}  // namespace

Result<Secret> Vault::Keys::ask_for_secrets_key() const {
  SP_ASSIGN(const Secret passphrase, ask());
  SP_ASSIGN(Secret key, add_passphrase(secrets_key, passphrase, *parameters.passphrase));
  if (!are_equal(check_of(key), parameters.secrets_key_check)) {
    return fail(Errc::locked, "wrong passphrase", "it is the one given to `stagepass init`");
  }
  return key;
}

// NOLINTNEXTLINE(readability-function-size): five things make a vault; none belongs to another
Result<std::vector<std::uint8_t>> Vault::create_parameters(const std::string& vault_id,
                                                           const FileKey& key,
                                                           const Secret* passphrase,
                                                           const PassphraseCost& cost,
                                                           Random& random) {
  KeyParameters parameters;
  parameters.service_key_check = check_of(service_key_of(key, vault_id));
  Secret secrets_key = secrets_key_of(key, vault_id);
  if (passphrase != nullptr) {
    if (passphrase->empty()) {
      return fail(Errc::invalid_argument, "the passphrase is empty",
                  "type one, or make one with `stagepass generate --passphrase`");
    }
    SP_TRY(check_cost(cost));
    parameters.passphrase.emplace().cost = cost;
    random.fill(parameters.passphrase->salt);
    SP_ASSIGN(secrets_key, add_passphrase(secrets_key, *passphrase, *parameters.passphrase));
  }
  parameters.secrets_key_check = check_of(secrets_key);
  return encode_key_parameters(parameters);
}

// NOLINTNEXTLINE(readability-function-size): as above
Result<Vault> Vault::open(const std::string& vault_id, Bytes parameters, FileKey key,
                          AskPassphrase ask, Random& random,
                          std::shared_ptr<KeyringPlace> keyring) {
  SP_ASSIGN(const KeyParameters decoded, decode_key_parameters(parameters));
  Secret service_key = service_key_of(key, vault_id);
  Secret secrets_key = secrets_key_of(key, vault_id);
  if (!are_equal(check_of(service_key), decoded.service_key_check)) {
    return fail(Errc::locked, "this key file belongs to another vault",
                "name the right one with --key-file or STAGEPASS_KEY_FILE");
  }
  const bool needs_passphrase = decoded.passphrase.has_value();
  if (!needs_passphrase && !are_equal(check_of(secrets_key), decoded.secrets_key_check)) {
    return fail(Errc::corrupt,
                "the vault's key parameters are damaged: they do not match the key file",
                "restore the vault from a backup");
  }
  auto keys = std::make_unique<Keys>(std::move(service_key), std::move(secrets_key));
  keys->vault_id = vault_id;
  keys->parameters = decoded;
  keys->random = &random;
  keys->is_unlocked = !needs_passphrase;
  keys->ask = std::move(ask);
  keys->place = std::move(keyring);
  // Before any record is read: a rotation that ends in between would leave us with a record of an
  // epoch that we never knew. What is wrong with it is told where it is needed.
  static_cast<void>(keys->keyring());
  return Vault(std::move(keys));
}

Vault::Vault(std::unique_ptr<Keys> keys) : keys_(std::move(keys)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

bool Vault::needs_passphrase() const noexcept {
  return keys_->parameters.passphrase.has_value();
}

bool Vault::is_unlocked() const noexcept {
  return keys_->is_unlocked;
}

Result<void> Vault::unlock() {
  if (keys_->is_unlocked) {
    return {};
  }
  const std::lock_guard lock(keys_->unlocking);
  if (keys_->is_unlocked) {
    return {};
  }
  if (keys_->refusal) {
    return fail(*keys_->refusal);
  }
  auto key = keys_->ask_for_secrets_key();
  if (!key) {
    keys_->refusal = key.error();
    return fail(std::move(key).error());
  }
  keys_->secrets_key = std::move(*key);
  keys_->is_unlocked = true;
  return {};
}

Result<SealedSecret> Vault::seal(const Secret& secret, const SecretBinding& binding) {
  SP_TRY(check_size(secret));
  SP_TRY(unlock());
  Random& random = *keys_->random;
  const Secret own_key = Secret::make(kKeySize, [&](MutableBytes out) { random.fill(out); });
  const auto context = secret_context(keys_->vault_id, binding);
  const Secret inner =
      Secret::copy_of(seal_box(keys_->secrets_key, own_key, inner_context(context), random));
  SP_ASSIGN(auto wrapped_key, wrap(inner, binding));
  return SealedSecret{
      .wrapped_key = std::move(wrapped_key),
      .ciphertext = with_header(kSecretHeader, seal_box(own_key, secret, context, random))};
}

/// The outer layer of the newest epoch around the inner one.
Result<std::vector<std::uint8_t>> Vault::wrap(const Secret& inner, const SecretBinding& binding) {
  SP_ASSIGN(const auto ring, keys_->settled_keyring());
  const KeyEpoch& epoch = ring->newest();
  const auto context = outer_context(epoch.number, secret_context(keys_->vault_id, binding));
  return encode_wrapped_key(epoch.number,
                            seal_box(keys_->key_of(epoch), inner, context, *keys_->random));
}

/// The inner layer of an account's own key.
Result<Secret> Vault::peel(const SealedSecret& sealed, const SecretBinding& binding) {
  const auto wrapped = parse_wrapped_key(sealed.wrapped_key);
  if (!wrapped) {
    return does_not_open(binding);
  }
  if (wrapped->epoch == 0) {
    return Secret::copy_of(wrapped->box);
  }
  SP_ASSIGN(const auto ring, keys_->keyring_for(wrapped->epoch));
  const KeyEpoch* epoch = ring->find(wrapped->epoch);
  if (epoch == nullptr) {
    return was_destroyed(binding, wrapped->epoch);
  }
  auto inner = open_box(keys_->key_of(*epoch), wrapped->box,
                        outer_context(epoch->number, secret_context(keys_->vault_id, binding)));
  return inner ? Result<Secret>(*std::move(inner)) : does_not_open(binding);
}

Result<Secret> Vault::open(const SealedSecret& sealed, const SecretBinding& binding) {
  SP_TRY(unlock());
  SP_ASSIGN(const Secret inner, peel(sealed, binding));
  const auto context = secret_context(keys_->vault_id, binding);
  const std::optional<Secret> own_key =
      open_box(keys_->secrets_key, inner.reveal(), inner_context(context));
  std::optional<Secret> secret;
  if (own_key && own_key->size() == kKeySize) {
    secret = open_record(*own_key, sealed.ciphertext, kSecretHeader, context);
  }
  return secret ? Result<Secret>(*std::move(secret)) : does_not_open(binding);
}

Result<SealedSecret> Vault::rewrap(const SealedSecret& sealed, const SecretBinding& binding) {
  SP_ASSIGN(const Secret inner, peel(sealed, binding));
  SP_ASSIGN(auto wrapped_key, wrap(inner, binding));
  return SealedSecret{.wrapped_key = std::move(wrapped_key), .ciphertext = sealed.ciphertext};
}

std::vector<std::uint8_t> Vault::key_parameters() const {
  return encode_key_parameters(keys_->parameters);
}

Result<SealedSecret> Vault::reseal(const SealedSecret& sealed, const SecretBinding& from,
                                   const SecretBinding& to) {
  SP_ASSIGN(const Secret secret, open(sealed, from));
  return seal(secret, to);
}

Result<std::vector<std::uint8_t>> Vault::seal_setting(const Secret& secret,
                                                      const TargetName& target,
                                                      const std::string& setting) {
  SP_TRY(check_size(secret));
  return with_header(kSecretHeader,
                     seal_box(keys_->service_key, secret,
                              setting_context(keys_->vault_id, target, setting), *keys_->random));
}

Result<Secret> Vault::open_setting(Bytes sealed, const TargetName& target,
                                   const std::string& setting) {
  std::optional<Secret> secret = open_record(keys_->service_key, sealed, kSecretHeader,
                                             setting_context(keys_->vault_id, target, setting));
  if (!secret) {
    return fail(Errc::undecryptable,
                fmt::format("the setting {} of target {} does not open", stagepass::quoted(setting),
                            target.str()),
                "its record was edited or is not of this vault: add the target again");
  }
  return *std::move(secret);
}

std::string Vault::marker(const AccountId& account, const TargetName& target) const {
  const Digest mac =
      keyed_hash(keys_->service_key, {bytes_of("stagepass/v1/marker"), bytes_of(keys_->vault_id),
                                      bytes_of(target.str()), bytes_of(account.str())});
  return fmt::format("{}{}.{}", kMarkerPrefix, account.str(),
                     base32(Bytes(mac).first(kMarkerMacSize)));
}

std::string Vault::record_mac(Bytes content) const {
  const Digest mac = keyed_hash(
      keys_->service_key, {bytes_of("stagepass/v1/record"), bytes_of(keys_->vault_id), content});
  return to_base64(Bytes(mac).first(kRecordMacSize));
}

Secret Vault::word_key(const GrantId& grant) const {
  const Secret key =
      derive_key(keys_->service_key,
                 {bytes_of("stagepass/v1/word"), bytes_of(keys_->vault_id), bytes_of(grant.str())});
  return Secret::copy_of(key.reveal().first(kWordKeySize));
}

std::string Vault::signer_name() const {
  return "stagepass/" + keys_->vault_id;
}

Secret Vault::signing_seed() const {
  return signing_seed_under(keys_->service_key, keys_->vault_id);
}

Result<std::string> Vault::sign(std::string_view text) const {
  return sign_note(text, signer_name(), signing_seed());
}

VerifierKey Vault::verifier_key() const {
  return verifier_key_of(signer_name(), signing_seed());
}

}  // namespace stagepass::vault
