// The keyring of a vault: loaded, made, grown and shrunk.
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vault/bytes.hpp>
#include <vault/vault_keys.hpp>
#include <vault/wrapped_key.hpp>

namespace stagepass::vault {

Result<Vault::Keys::Ring> Vault::Keys::keyring() {
  {
    const std::lock_guard lock(ring_mutex);
    if (ring) {
      return ring;
    }
  }
  return reload();
}

Result<Vault::Keys::Ring> Vault::Keys::settled_keyring() {
  SP_ASSIGN(Ring known, keyring());
  const std::lock_guard lock(ring_mutex);
  if (ring != known || !is_settled) {
    SP_TRY(place->settle());
    is_settled = ring == known;
  }
  return known;
}

Result<Vault::Keys::Ring> Vault::Keys::keyring_for(std::int64_t epoch) {
  SP_ASSIGN(Ring known, keyring());
  return epoch > known->newest().number ? reload() : Result<Ring>(std::move(known));
}

Result<Vault::Keys::Ring> Vault::Keys::reload() {
  auto text = place->read();
  if (!text) {
    Error error = std::move(text).error();
    error.code = error.code == Errc::unavailable ? error.code : Errc::locked;
    return fail(std::move(error));
  }
  if (!*text) {
    return fail(Errc::locked,
                fmt::format("the keyring {} is missing, so that no credential opens",
                            stagepass::quoted(place->name())),
                "put its newest copy back; if there is none: stagepass recover. Ending goes on");
  }
  return decoded_from(**text);
}

Result<Vault::Keys::Ring> Vault::Keys::decoded_from(const Secret& text) {
  const Digest digest = digest_of(text);
  {
    const std::lock_guard lock(ring_mutex);
    if (ring && digest == ring_text) {
      return ring;
    }
  }
  auto decoded = decode_keyring(text, service_key, vault_id);
  if (!decoded) {
    Error error = std::move(decoded).error();
    error.message = fmt::format("{}: {}", escape_untrusted(place->name()), error.message);
    return fail(std::move(error));
  }
  const std::lock_guard lock(ring_mutex);
  ring = std::make_shared<const Keyring>(*std::move(decoded));
  ring_text = digest;
  is_settled = false;
  return ring;
}

Digest Vault::Keys::digest_of(const Secret& text) const {
  return keyed_hash(service_key, {bytes_of("stagepass/v1/keyring-text"), text.reveal()});
}

Result<void> Vault::Keys::keep(Keyring changed) {
  const Secret text = encode_keyring(changed, service_key, vault_id, *random);
  SP_TRY(place->replace(text));
  const std::lock_guard lock(ring_mutex);
  ring = std::make_shared<const Keyring>(std::move(changed));
  ring_text = digest_of(text);
  is_settled = true;
  return {};
}

Secret Vault::Keys::key_of(const KeyEpoch& epoch) const {
  const auto number = big_endian(static_cast<std::uint64_t>(epoch.number));
  return derive_key(service_key, {bytes_of("stagepass/v1/epoch-key"), bytes_of(vault_id), number,
                                  epoch.secret.reveal()});
}

std::string Vault::keyring_name() const {
  return keys_->place->name();
}

Result<std::unique_ptr<KeyringPlace::Lock>> Vault::lock_keyring() {
  return keys_->place->lock();
}

Result<std::vector<EpochInfo>> Vault::reload_epochs() {
  SP_ASSIGN(const auto ring, keys_->reload());
  std::vector<EpochInfo> known;
  for (const KeyEpoch& epoch : ring->epochs()) {
    known.push_back({epoch.number, epoch.made_at});
  }
  return known;
}

Result<void> Vault::settle_keyring() {
  SP_TRY(keys_->settled_keyring());
  return {};
}

Result<void> Vault::make_keyring(std::int64_t number, Timestamp now) {
  SP_ASSIGN(const auto text, keys_->place->read());
  if (text && decode_keyring(*text, keys_->service_key, keys_->vault_id)) {
    return fail(Errc::conflict, fmt::format("there is a keyring {} already",
                                            stagepass::quoted(keys_->place->name())));
  }
  SP_ASSIGN(Keyring made, Keyring::make(number, now, *keys_->random));
  return keys_->keep(std::move(made));
}

Result<void> Vault::add_epoch(std::int64_t number, Timestamp now) {
  SP_ASSIGN(const auto ring, keys_->reload());
  SP_ASSIGN(Keyring grown, ring->grown(number, now, *keys_->random));
  return keys_->keep(std::move(grown));
}

Result<void> Vault::destroy_old_epochs() {
  SP_ASSIGN(const auto ring, keys_->reload());
  return ring->epochs().size() == 1 ? Result<void>() : keys_->keep(ring->newest_alone());
}

std::optional<std::int64_t> Vault::epoch_of(const SealedSecret& sealed) {
  const auto wrapped = parse_wrapped_key(sealed.wrapped_key);
  return wrapped ? std::optional(wrapped->epoch) : std::nullopt;
}

}  // namespace stagepass::vault
