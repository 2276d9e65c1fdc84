#include <sodium.h>

#include <age/kdf.hpp>

namespace stagepass::age {
namespace {

using WrapNonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

/// libsodium must not be given a null pointer, not even for no bytes.
const std::uint8_t* address_of(Bytes bytes) {
  static constexpr std::uint8_t kNowhere = 0;
  return bytes.empty() ? &kNowhere : bytes.data();
}

/// HMAC of two parts; crypto_auth_hmacsha256() itself takes keys of 32 bytes only.
void hmac_into(MutableBytes out, Bytes key, Bytes first, Bytes second) {
  ::crypto_auth_hmacsha256_state state;
  ::crypto_auth_hmacsha256_init(&state, address_of(key), key.size());
  ::crypto_auth_hmacsha256_update(&state, address_of(first), first.size());
  ::crypto_auth_hmacsha256_update(&state, address_of(second), second.size());
  ::crypto_auth_hmacsha256_final(&state, out.data());
  ::sodium_memzero(&state, sizeof state);
}

}  // namespace

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::array<std::uint8_t, 32> hmac(const Secret& key, Bytes message) {
  std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> out{};
  hmac_into(out, key.reveal(), message, {});
  return out;
}

// An empty salt stands for 32 zeros, and to HMAC a key is the same with zeros behind it.
Secret hkdf(Bytes material, Bytes salt, std::string_view info) {
  const Secret extracted = Secret::make(
      crypto_auth_hmacsha256_BYTES, [&](MutableBytes out) { hmac_into(out, salt, material, {}); });
  constexpr std::array<std::uint8_t, 1> kFirstBlock = {1};
  return Secret::make(crypto_auth_hmacsha256_BYTES, [&](MutableBytes out) {
    hmac_into(out, extracted.reveal(), bytes_of(info), kFirstBlock);
  });
}

std::optional<Secret> x25519(const Secret& scalar, Bytes point) {
  bool is_good = false;
  Secret shared = Secret::make(crypto_scalarmult_curve25519_BYTES, [&](MutableBytes out) {
    is_good = ::crypto_scalarmult_curve25519(out.data(), scalar.reveal().data(), point.data()) == 0;
  });
  return is_good ? std::optional(std::move(shared)) : std::nullopt;
}

std::array<std::uint8_t, 32> x25519_public(const Secret& scalar) {
  std::array<std::uint8_t, crypto_scalarmult_curve25519_BYTES> point{};
  ::crypto_scalarmult_curve25519_base(point.data(), scalar.reveal().data());
  return point;
}

WrappedFileKey wrap_file_key(const Secret& key, const Secret& file_key) {
  WrappedFileKey box{};
  const WrapNonce nonce{};
  ::crypto_aead_chacha20poly1305_ietf_encrypt(box.data(), nullptr, file_key.reveal().data(),
                                              file_key.size(), nullptr, 0, nullptr, nonce.data(),
                                              key.reveal().data());
  return box;
}

std::optional<Secret> unwrap_file_key(const Secret& key, const WrappedFileKey& box) {
  bool is_good = false;
  const WrapNonce nonce{};
  Secret file_key = Secret::make(kFileKeySize, [&](MutableBytes out) {
    is_good = ::crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, box.data(),
                                                          box.size(), nullptr, 0, nonce.data(),
                                                          key.reveal().data()) == 0;
  });
  return is_good ? std::optional(std::move(file_key)) : std::nullopt;
}

}  // namespace stagepass::age
