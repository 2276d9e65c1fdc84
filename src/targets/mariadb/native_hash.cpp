#include "targets/mariadb/native_hash.hpp"

#include "targets/loaded_library.hpp"

#include <array>
#include <cstdint>
#include <openssl/evp.h>
#include <optional>

namespace stagepass::targets {
namespace {

constexpr std::size_t kSha1Size = 20;

/// OpenSSL, which comes with MariaDB's client library.
struct Crypto {
  decltype(&::EVP_Digest) digest = nullptr;
  decltype(&::EVP_sha1) sha1 = nullptr;
};

std::optional<Crypto> load() {
  LoadedLibrary library("libcrypto.so.3");
  Crypto crypto;
  library.find("EVP_Digest", crypto.digest).find("EVP_sha1", crypto.sha1);
  return library.is_whole() ? std::optional(crypto) : std::nullopt;
}

Result<Secret> sha1(const Secret& content) {
  static const std::optional<Crypto> crypto = load();
  bool done = false;
  Secret digest = Secret::make(kSha1Size, [&](MutableBytes out) {
    done = crypto && crypto->digest(content.reveal().data(), content.size(), out.data(), nullptr,
                                    crypto->sha1(), nullptr) == 1;
  });
  if (!done) {
    return fail(Errc::unavailable, "this system's OpenSSL has no SHA-1",
                "MariaDB's accounts need it; allow it in the configuration of OpenSSL");
  }
  return digest;
}

}  // namespace

Result<Secret> native_password_hash(const Secret& password) {
  if (password.empty()) {
    return fail(Errc::invalid_argument, "an account of a database needs a password");
  }
  SP_ASSIGN(const Secret once, sha1(password));
  SP_ASSIGN(const Secret twice, sha1(once));
  constexpr std::array<char, 17> kDigits = {"0123456789ABCDEF"};
  return Secret::make(1 + 2 * kSha1Size, [&](MutableBytes out) {
    std::size_t at = 0;
    out[at++] = '*';
    for (const std::uint8_t byte : twice.reveal()) {
      out[at++] = static_cast<std::uint8_t>(kDigits[byte >> 4U]);
      out[at++] = static_cast<std::uint8_t>(kDigits[byte & 0xFU]);
    }
  });
}

}  // namespace stagepass::targets
