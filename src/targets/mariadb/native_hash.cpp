#include "targets/mariadb/native_hash.hpp"

#include "targets/sha1.hpp"

#include <array>
#include <cstdint>

namespace stagepass::targets {
namespace {

constexpr std::size_t kSha1Size = 20;

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
