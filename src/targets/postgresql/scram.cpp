#include "targets/postgresql/scram.hpp"

#include <stagepass/core/base64.hpp>

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <string_view>

namespace stagepass::targets {
namespace {

constexpr int kRounds = 4096;

using Digest = std::array<std::uint8_t, crypto_hash_sha256_BYTES>;
static_assert(crypto_auth_hmacsha256_BYTES == crypto_hash_sha256_BYTES);

/// HMAC-SHA-256 under one key; each call begins from the state that the key left.
class KeyedHash final {
 public:
  explicit KeyedHash(Bytes key) { crypto_auth_hmacsha256_init(&begun_, key.data(), key.size()); }
  KeyedHash(const KeyedHash&) = delete;
  KeyedHash& operator=(const KeyedHash&) = delete;
  KeyedHash(KeyedHash&&) = delete;
  KeyedHash& operator=(KeyedHash&&) = delete;
  ~KeyedHash() {
    sodium_memzero(&begun_, sizeof begun_);
    sodium_memzero(&state_, sizeof state_);
  }

  Digest of(Bytes first, Bytes second = {}) {
    state_ = begun_;
    crypto_auth_hmacsha256_update(&state_, first.data(), first.size());
    crypto_auth_hmacsha256_update(&state_, second.data(), second.size());
    Digest digest{};
    crypto_auth_hmacsha256_final(&state_, digest.data());
    return digest;
  }

 private:
  crypto_auth_hmacsha256_state begun_{};
  crypto_auth_hmacsha256_state state_{};
};

/// PBKDF2 with one block of output.
Digest salted_password(const Secret& password, const ScramSalt& salt) {
  constexpr std::array<std::uint8_t, 4> kFirstBlock = {0, 0, 0, 1};
  KeyedHash hash(password.reveal());
  Digest round = hash.of(salt, kFirstBlock);
  Digest sum = round;
  for (int i = 1; i < kRounds; ++i) {
    round = hash.of(round);
    for (std::size_t k = 0; k < sum.size(); ++k) {
      sum[k] ^= round[k];
    }
  }
  wipe(round);
  return sum;
}

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool is_printable(std::uint8_t c) {
  return c >= 0x20 && c < 0x7F;
}

}  // namespace

std::string scram_verifier(const Secret& password, const ScramSalt& salt) {
  Digest salted = salted_password(password, salt);
  KeyedHash hash(salted);
  wipe(salted);
  Digest client_key = hash.of(bytes_of("Client Key"));
  Digest stored_key{};
  crypto_hash_sha256(stored_key.data(), client_key.data(), client_key.size());
  wipe(client_key);
  const Digest server_key = hash.of(bytes_of("Server Key"));
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", kRounds, to_base64(salt), to_base64(stored_key),
                     to_base64(server_key));
}

Result<std::string> scram_verifier(const Secret& password, Random& random) {
  const Bytes bytes = password.reveal();
  if (bytes.empty() || !std::all_of(bytes.begin(), bytes.end(), is_printable)) {
    return fail(Errc::invalid_argument,
                "a PostgreSQL password must be of printable ASCII characters");
  }
  ScramSalt salt{};
  random.fill(salt);
  return scram_verifier(password, salt);
}

}  // namespace stagepass::targets
