#include "targets/magento/magento_hash.hpp"

#include "targets/http/page_session.hpp"

#include <sodium.h>

#include <array>
#include <string>
#include <string_view>

namespace stagepass::targets {
namespace {

constexpr std::size_t kSeedSize = 32;
constexpr std::size_t kSaltLength = 32;  // of which Argon2 takes the first 16 characters
constexpr unsigned long long kOperations = 2;
constexpr std::size_t kMemory = 64UL << 20U;

std::string random_salt(Random& random) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789abcdefg";
  static_assert(kAlphabet.size() == 64);
  std::array<std::uint8_t, kSaltLength> bytes{};
  random.fill(bytes);
  std::string salt;
  for (const std::uint8_t byte : bytes) {
    salt += kAlphabet[byte % kAlphabet.size()];
  }
  return salt;
}

}  // namespace

Result<Secret> magento_hash(const Secret& password, Random& random) {
  const std::string salt = random_salt(random);
  static_assert(kSaltLength >= crypto_pwhash_argon2id_SALTBYTES);
  const std::string_view text = password.reveal_text();
  bool done = false;
  const Secret seed = Secret::make(kSeedSize, [&](MutableBytes out) {
    done = crypto_pwhash_argon2id(out.data(), out.size(), text.data(), text.size(),
                                  reinterpret_cast<const unsigned char*>(salt.data()), kOperations,
                                  kMemory, crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0;
  });
  if (!done) {
    return fail(Errc::unavailable, "the password could not be hashed: it takes 64 MiB of memory");
  }
  const Secret digits = Secret::make(2 * kSeedSize, [&](MutableBytes out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::size_t at = 0;
    for (const std::uint8_t byte : seed.reveal()) {
      out[at++] = static_cast<std::uint8_t>(kDigits[byte >> 4U]);
      out[at++] = static_cast<std::uint8_t>(kDigits[byte & 0xFU]);
    }
  });
  return joined({digits.reveal_text(), ":", salt, ":2"});
}

}  // namespace stagepass::targets
