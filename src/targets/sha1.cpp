#include "targets/sha1.hpp"

#include "targets/loaded_library.hpp"

#include <openssl/evp.h>
#include <optional>

namespace stagepass::targets {
namespace {

constexpr std::size_t kSha1Size = 20;

/// OpenSSL, which comes with the client libraries of databases.
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

}  // namespace

Result<Secret> sha1(const Secret& content) {
  static const std::optional<Crypto> crypto = load();
  bool done = false;
  Secret digest = Secret::make(kSha1Size, [&](MutableBytes out) {
    done = crypto && crypto->digest(content.reveal().data(), content.size(), out.data(), nullptr,
                                    crypto->sha1(), nullptr) == 1;
  });
  if (!done) {
    return fail(
        Errc::unavailable, "this system's OpenSSL has no SHA-1",
        "accounts of MariaDB and of OpenCart 3 need it; allow it in the configuration of OpenSSL");
  }
  return digest;
}

}  // namespace stagepass::targets
