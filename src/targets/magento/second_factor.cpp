#include "targets/magento/second_factor.hpp"

#include "targets/http/page_session.hpp"

#include <stagepass/core/base64.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/targets/one_time_code.hpp>

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

/// 160 bits: what RFC 4226 asks of a key.
constexpr std::size_t kKeySize = 20;
constexpr std::string_view kPurpose = "stagepass second factor 1";
/// Before a key that Magento 2.4.7 and later have made.
constexpr std::string_view kEncoded = "base64";
constexpr std::size_t kNonceSize = crypto_aead_chacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kMacSize = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t kCryptKeySize = crypto_aead_chacha20poly1305_ietf_KEYBYTES;

std::optional<Secret> key_in(std::string_view line) {
  if (!line.starts_with(kEncoded)) {
    return line.size() == kCryptKeySize ? std::optional(Secret::copy_of(line)) : std::nullopt;
  }
  auto decoded = from_base64(line.substr(kEncoded.size()));
  std::optional<Secret> key;
  if (decoded && decoded->size() == kCryptKeySize) {
    key = Secret::copy_of(Bytes(*decoded));
  }
  if (decoded) {
    wipe(*decoded);
  }
  return key;
}

}  // namespace

Secret second_factor_key(const Secret& password) {
  return Secret::make(kKeySize, [&](MutableBytes out) {
    ::crypto_generichash(out.data(), out.size(), password.reveal().data(), password.size(),
                         reinterpret_cast<const unsigned char*>(kPurpose.data()), kPurpose.size());
  });
}

Result<MagentoCrypt> MagentoCrypt::parse(const Secret& text) {
  std::string_view rest = text.reveal_text();
  while (rest.ends_with('\n') || rest.ends_with('\r')) {
    rest.remove_suffix(1);
  }
  const auto version = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n'));
  auto key = key_in(rest.substr(version == 0 ? 0 : rest.rfind('\n') + 1));
  if (!key) {
    return fail(Errc::invalid_argument, "the secret crypt_key is no key of Magento",
                "it stands in app/etc/env.php: 'crypt' => ['key' => '…']; 32 characters, or "
                "base64 and 44 more");
  }
  return MagentoCrypt(version, *std::move(key));
}

std::string MagentoCrypt::seal(const Secret& content, Random& random) const {
  std::vector<std::uint8_t> sealed(kNonceSize + content.size() + kMacSize);
  random.fill(MutableBytes(sealed).first(kNonceSize));
  const std::uint8_t* nonce = sealed.data();
  ::crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data() + kNonceSize, nullptr,
                                              content.reveal().data(), content.size(), nonce,
                                              kNonceSize, nullptr, nonce, key_.reveal().data());
  return fmt::format("{}:3:{}", version_, to_base64(sealed));
}

std::string second_factor_config(const MagentoCrypt& crypt, const Secret& key, Random& random) {
  const std::string sealed_key = crypt.seal(to_base32(key), random);
  const Secret config = joined({R"({"google":{"secret":")", sealed_key, R"(","active":true}})"});
  return crypt.seal(config, random);
}

}  // namespace stagepass::targets
