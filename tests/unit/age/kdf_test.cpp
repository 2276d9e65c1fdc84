#include <stagepass/core/text.hpp>

#include <age/kdf.hpp>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <vector>

namespace stagepass::age {
namespace {

std::vector<std::uint8_t> counting(std::uint8_t first, std::size_t count) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(first + i));
  }
  return bytes;
}

std::string hkdf_hex(Bytes key, Bytes salt, std::string_view info) {
  const Secret derived = hkdf(key, salt, info);
  return to_hex(derived.reveal());
}

}  // namespace

// Of their 42 or 82 bytes the first 32, which is what age takes.
TEST_CASE("HKDF: the test cases of RFC 5869 for SHA-256") {
  const std::vector<std::uint8_t> key(22, 0x0b);
  CHECK(hkdf_hex(key, counting(0, 13), "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9") ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  CHECK(hkdf_hex(key, {}, "") ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  const auto info = counting(0xb0, 80);
  CHECK(hkdf_hex(counting(0, 80), counting(0x60, 80),
                 {reinterpret_cast<const char*>(info.data()), info.size()}) ==
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
}

TEST_CASE("HMAC: a test case of RFC 4231 with a key longer than a block") {
  const Secret key = Secret::copy_of(std::string(131, '\xaa'));
  CHECK(to_hex(hmac(key, bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("X25519: two sides share a secret and points without one are told") {
  const Secret alice = Secret::copy_of(counting(1, 32));
  const Secret bob = Secret::copy_of(counting(101, 32));
  const auto ab = x25519(alice, x25519_public(bob));
  const auto ba = x25519(bob, x25519_public(alice));
  REQUIRE(ab);
  REQUIRE(ba);
  CHECK(*ab == *ba);
  std::vector<std::uint8_t> low(32, 0);
  CHECK_FALSE(x25519(alice, low));
  low[0] = 1;
  CHECK_FALSE(x25519(alice, low));
}

TEST_CASE("File key: it unwraps only with the key that wrapped it") {
  const Secret key = Secret::copy_of(counting(1, 32));
  const Secret other = Secret::copy_of(counting(2, 32));
  const Secret file_key = Secret::copy_of(counting(50, kFileKeySize));
  WrappedFileKey box = wrap_file_key(key, file_key);
  const auto opened = unwrap_file_key(key, box);
  REQUIRE(opened);
  CHECK(*opened == file_key);
  CHECK_FALSE(unwrap_file_key(other, box));
  box.back() ^= 1U;
  CHECK_FALSE(unwrap_file_key(key, box));
}

}  // namespace stagepass::age
