#include <stagepass/core/hmac.hpp>

#include <sodium.h>

namespace stagepass {

std::array<std::uint8_t, 32> hmac_sha256(const Secret& key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  ::crypto_auth_hmacsha256_init(&state, key.reveal().data(), key.size());
  ::crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size());
  std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> mac{};
  ::crypto_auth_hmacsha256_final(&state, mac.data());
  ::sodium_memzero(&state, sizeof state);
  return mac;
}

}  // namespace stagepass
