#include "targets/crypt_hash.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <crypt.h>
#include <memory>
#include <string_view>

namespace stagepass::targets {
namespace {

constexpr std::size_t kSaltBytes = 16;

Secret with_terminator(const Secret& password) {
  return Secret::make(password.size() + 1, [&](MutableBytes out) {
    std::copy(password.reveal().begin(), password.reveal().end(), out.begin());
    out.back() = 0;
  });
}

struct WipedCryptData {
  WipedCryptData() = default;
  WipedCryptData(const WipedCryptData&) = delete;
  WipedCryptData& operator=(const WipedCryptData&) = delete;
  WipedCryptData(WipedCryptData&&) = delete;
  WipedCryptData& operator=(WipedCryptData&&) = delete;
  ~WipedCryptData() { wipe(MutableBytes(reinterpret_cast<std::uint8_t*>(&data), sizeof data)); }
  crypt_data data{};
};

}  // namespace

Result<Secret> crypt_hash(const Secret& password, const CryptMethod& method, Random& random) {
  const Bytes bytes = password.reveal();
  if (bytes.empty() || bytes.size() > method.longest_password ||
      std::find(bytes.begin(), bytes.end(), std::uint8_t{0}) != bytes.end()) {
    return fail(Errc::invalid_argument,
                fmt::format("the target cannot take the password: it must have 1 to {} characters",
                            method.longest_password));
  }
  std::array<std::uint8_t, kSaltBytes> salt{};
  random.fill(salt);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const auto work = std::make_unique<WipedCryptData>();
  const Secret phrase = with_terminator(password);
  if (::crypt_gensalt_rn(method.prefix, method.cost, reinterpret_cast<const char*>(salt.data()),
                         static_cast<int>(salt.size()), setting.data(),
                         static_cast<int>(setting.size())) == nullptr) {
    return fail(Errc::unavailable, fmt::format("this host's libcrypt has no {}", method.name));
  }
  const char* hash = ::crypt_r(phrase.reveal_text().data(), setting.data(), &work->data);
  if (hash == nullptr || hash[0] != '$') {
    return fail(Errc::unavailable, "this host's libcrypt could not hash the password");
  }
  return Secret::copy_of(std::string_view(hash));
}

}  // namespace stagepass::targets
