#include <stagepass/core/base64.hpp>

#include <support/catch.hpp>
#include <support/crypto.hpp>

namespace stagepass::tests {
namespace {

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

// RFC 4648, section 10.
TEST_CASE("Base64: the examples of its standard are written and read", "[core]") {
  const std::vector<std::pair<const char*, const char*>> examples = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : examples) {
    const Bytes bytes = bytes_of(plain);
    CHECK(to_base64(bytes) == encoded);
    CHECK(from_base64(encoded) == std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  }
}

TEST_CASE("Base64: each value has one text, and no other is read", "[core]") {
  for (const char* other : {"Zg", "Zg=", "Zh==", "Zg===", "Zg==\n", " Zg==", "Zm9v!", "Zm9-",
                            "Zm9_", "Zg==Zg==", "=", "Zm9\xFF", "Zm\xC3\xA9v"}) {
    INFO(other);
    CHECK_FALSE(from_base64(other));
  }
}

}  // namespace stagepass::tests
