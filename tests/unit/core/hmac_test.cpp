#include <stagepass/core/hmac.hpp>
#include <stagepass/core/text.hpp>

#include <support/catch.hpp>
#include <support/crypto.hpp>

namespace stagepass {
namespace {

std::string mac_of(const std::string& key, const std::string& text) {
  return to_hex(hmac_sha256(Secret::copy_of(key), text));
}

TEST_CASE("HMAC-SHA-256: gives what RFC 4231 says") {
  CHECK(mac_of(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac_of("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(
      mac_of(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace stagepass
