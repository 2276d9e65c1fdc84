#include "targets/magento/second_factor.hpp"

#include <stagepass/core/base64.hpp>
#include <stagepass/targets/one_time_code.hpp>

#include <sodium.h>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

Secret secret(const std::string& text) {
  return Secret::copy_of(std::string_view(text));
}

/// What Magento reads; empty if it cannot.
std::string opened(const std::string& sealed, const std::string& prefix, const std::string& key) {
  REQUIRE(sealed.starts_with(prefix));
  const auto bytes = from_base64(sealed.substr(prefix.size()));
  constexpr std::size_t kNonce = crypto_aead_chacha20poly1305_ietf_NPUBBYTES;
  REQUIRE((bytes && bytes->size() > kNonce + crypto_aead_chacha20poly1305_ietf_ABYTES));
  std::string text(bytes->size() - kNonce - crypto_aead_chacha20poly1305_ietf_ABYTES, '\0');
  const bool is_open = ::crypto_aead_chacha20poly1305_ietf_decrypt(
                           reinterpret_cast<unsigned char*>(text.data()), nullptr, nullptr,
                           bytes->data() + kNonce, bytes->size() - kNonce, bytes->data(), kNonce,
                           bytes->data(), reinterpret_cast<const unsigned char*>(key.data())) == 0;
  return is_open ? text : "";
}

TEST_CASE("Magento: what is sealed opens with the last of its keys, and with that alone") {
  const std::string old_key(32, 'o');
  const std::string key(32, 'k');
  SeededRandom random;
  const auto crypt = must(targets::MagentoCrypt::parse(secret(old_key + "\n" + key)));
  const std::string sealed = crypt.seal(secret("a text"), random);
  CHECK(opened(sealed, "1:3:", key) == "a text");
  CHECK(opened(sealed, "1:3:", old_key).empty());
  CHECK(crypt.seal(secret("a text"), random) != sealed);
}

TEST_CASE("Magento: a key that is written in base64 is the 32 bytes it stands for") {
  const std::string key = "0123456789abcdefghijklmnopqrstuv";
  SeededRandom random;
  const std::string text =
      "base64" + to_base64(Bytes(reinterpret_cast<const std::uint8_t*>(key.data()), key.size()));
  const auto crypt = must(targets::MagentoCrypt::parse(secret(text)));
  CHECK(opened(crypt.seal(secret("x"), random), "0:3:", key) == "x");
}

TEST_CASE("Magento: the configuration names the key for the app, sealed twice") {
  const std::string key(32, 'k');
  SeededRandom random;
  const auto crypt = must(targets::MagentoCrypt::parse(secret(key)));
  const Secret factor = targets::second_factor_key(secret("Correct-Horse.9~battery"));
  const std::string config =
      opened(targets::second_factor_config(crypt, factor, random), "0:3:", key);
  const std::string before = R"({"google":{"secret":")";
  const std::string after = R"(","active":true}})";
  REQUIRE((config.starts_with(before) && config.ends_with(after)));
  const std::string inner =
      config.substr(before.size(), config.size() - before.size() - after.size());
  CHECK(secret(opened(inner, "0:3:", key)) == targets::to_base32(factor));
}

TEST_CASE("Magento: the second factor follows from the password for good, and differs with it") {
  const Secret factor = targets::second_factor_key(secret("Correct-Horse.9~battery"));
  const Secret text = targets::to_base32(factor);
  CHECK(text.reveal_text() == "OUHGEZ2RHCDFXSVM44FUDYFOE5WFJIUX");
  CHECK_FALSE(factor == targets::second_factor_key(secret("Correct-Horse.9~batterz")));
}

}  // namespace
}  // namespace stagepass::tests
