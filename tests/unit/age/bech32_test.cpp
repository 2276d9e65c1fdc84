#include <stagepass/core/text.hpp>

#include <age/bech32.hpp>
#include <string>
#include <support/catch.hpp>
#include <vector>

namespace stagepass::age {
namespace {

std::string encoded(std::string_view prefix, Bytes bytes) {
  std::string text(bech32_size(prefix.size(), bytes.size()), '?');
  encode_bech32(prefix, bytes, text);
  return text;
}

/// In hex, or "refused".
std::string decoded(std::string_view text, std::string_view prefix, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  return decode_bech32(text, prefix, bytes) ? to_hex(bytes) : "refused";
}

std::string upper(std::string text) {
  for (char& c : text) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text;
}

constexpr const char* kText = "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w";
constexpr const char* kHex = "c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d";

}  // namespace

// BIP 173, "Test vectors"
TEST_CASE("Bech32: the valid examples of BIP 173 are read") {
  CHECK(decoded(kText, "split", 30) == kHex);
  CHECK(decoded("A12UEL5L", "a", 0).empty());
  CHECK(decoded("?1ezyfcl", "?", 0).empty());
  CHECK(decoded("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", 20) ==
        "00443214c74254b635cf84653a56d7c675be77df");
  CHECK(decoded("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersb"
                "io1tt5tgs",
                "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersb"
                "io",
                0)
            .empty());
}

TEST_CASE("Bech32: what is read is written as the same") {
  std::vector<std::uint8_t> bytes(30);
  REQUIRE(decode_bech32(kText, "split", bytes));
  CHECK(encoded("split", bytes) == kText);
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::vector<std::uint8_t> some(size, static_cast<std::uint8_t>(size * 7));
    CHECK(decoded(encoded("age", some), "age", size) == to_hex(some));
    CHECK(decoded(upper(encoded("age", some)), "age", size) == to_hex(some));
  }
}

TEST_CASE("Bech32: mixed case is refused") {
  std::string text = kText;
  text[0] = 'S';
  CHECK(decoded(text, "split", 30) == "refused");
  text = kText;
  text.back() = 'W';
  CHECK(decoded(text, "split", 30) == "refused");
}

TEST_CASE("Bech32: any one character changed is noticed") {
  const std::string digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l1bio-_ \n\x7f\xff";
  for (std::size_t at = 0; at < std::string(kText).size(); ++at) {
    for (const char c : digits) {
      std::string text = kText;
      if (text[at] == c) {
        continue;
      }
      text[at] = c;
      CHECK(decoded(text, "split", 30) == "refused");
    }
  }
}

TEST_CASE("Bech32: another prefix or another length is refused") {
  CHECK(decoded(kText, "splat", 30) == "refused");
  CHECK(decoded(kText, "spli", 30) == "refused");
  CHECK(decoded(kText, "split", 29) == "refused");
  CHECK(decoded(kText, "split", 31) == "refused");
  CHECK(decoded("", "split", 0) == "refused");
  CHECK(decoded("split1", "split", 0) == "refused");
  CHECK(decoded(std::string(kText) + "q", "split", 30) == "refused");
  const std::string text = kText;
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK(decoded(text.substr(0, size), "split", 30) == "refused");
  }
}

// 32 bytes take 52 digits, and of the last one only one bit. Both texts have a right checksum.
TEST_CASE("Bech32: bits left over must be zero") {
  CHECK(decoded("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqspe5dt3", "age", 32) ==
        std::string(63, '0') + "1");
  CHECK(decoded("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3u0qckr", "age", 32) ==
        "refused");
}

}  // namespace stagepass::age
