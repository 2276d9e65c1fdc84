#include <age/armor.hpp>
#include <age/kdf.hpp>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>

namespace stagepass::age {
namespace {

constexpr const char* kBegin = "-----BEGIN AGE ENCRYPTED FILE-----\n";
constexpr const char* kEnd = "-----END AGE ENCRYPTED FILE-----\n";

std::vector<std::uint8_t> bytes_of_size(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 5 + 1);
  }
  return bytes;
}

bool is_refused(const std::string& text) {
  const auto file = from_armor(text);
  return !file && file.error().flaw == Flaw::armor;
}

std::string with_crlf(const std::string& text) {
  std::string changed;
  for (const char c : text) {
    changed += c == '\n' ? "\r\n" : std::string(1, c);
  }
  return changed;
}

}  // namespace

TEST_CASE("Armor: a text of any length reads as the file it was made of") {
  for (std::size_t size = 0; size <= 200; ++size) {
    const auto file = bytes_of_size(size);
    const std::string text = to_armor(file);
    CHECK(text.starts_with(kBegin));
    CHECK(text.ends_with(kEnd));
    CHECK(from_armor(text).value() == file);
    CHECK(from_armor(with_crlf(text)).value() == file);
    CHECK(from_armor(" \t\r\n\n" + text + "\n \t\r\n").value() == file);
  }
}

TEST_CASE("Armor: lines have 64 columns") {
  CHECK(to_armor(bytes_of(std::string(49, 'x'))) ==
        std::string(kBegin) +
            "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\neA==\n" + kEnd);
  CHECK(to_armor(bytes_of(std::string(48, 'x'))) ==
        std::string(kBegin) + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\n" +
            kEnd);
}

TEST_CASE("Armor: every flipped bit of a text is refused or gives another file") {
  const auto file = bytes_of_size(70);
  const std::string text = to_armor(file);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string edited = text;
      edited[at] = static_cast<char>(static_cast<unsigned char>(edited[at]) ^ (1U << bit));
      const auto read = from_armor(edited);
      CHECK((!read || *read != file));
    }
  }
}

TEST_CASE("Armor: every part of a text is refused but one without its last line end") {
  const std::string text = to_armor(bytes_of_size(70));
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    CHECK(is_refused(text.substr(0, size)));
  }
  CHECK(from_armor(text.substr(0, text.size() - 1)));
  for (std::size_t from = 1; from < text.size(); ++from) {
    CHECK(is_refused(text.substr(from)));
  }
}

TEST_CASE("Armor: what is not in the one form is refused") {
  const std::string begin = kBegin;
  const std::string end = kEnd;
  const std::string full(64, 'A');
  CHECK(from_armor(begin + "QUJD\n" + end));
  CHECK(is_refused(""));
  CHECK(is_refused("hello"));
  CHECK(is_refused(begin + "QUI\n" + end));                 // no padding
  CHECK(is_refused(begin + "QUJ=\n" + end));                // bits left over
  CHECK(is_refused(begin + "QQ==\nQQ==\n" + end));          // padding within, short line within
  CHECK(is_refused(begin + "QUJD\n" + full + "\n" + end));  // short line within
  CHECK(is_refused(begin + full + "AAAA\n" + end));         // long line
  CHECK(is_refused(begin + "\nQUJD\n" + end));              // empty line
  CHECK(is_refused(begin + "QUJD\n\n" + end));
  CHECK(is_refused(begin + " QUJD\n" + end));  // blanks within
  CHECK(is_refused(begin + "QUJD \n" + end));
  CHECK(is_refused(begin + "QUJD\r\r\n" + end));
  CHECK(is_refused(begin + "QUJD\r" + end));  // CR alone ends no line
  CHECK(is_refused(begin +
                   "QU\xff"
                   "D\n" +
                   end));  // libsodium would take it for "/"
  CHECK(is_refused(begin + std::string("QU\0D\n", 5) + end));
  CHECK(is_refused(begin + "QUJD" + end));                  // no line end before END
  CHECK(is_refused(begin + "Version: 1\n\nQUJD\n" + end));  // headers
  CHECK(is_refused("x" + begin + "QUJD\n" + end));          // around it
  CHECK(is_refused(begin + "QUJD\n" + end + "x"));
  CHECK(is_refused("\xef\xbb\xbf" + begin + "QUJD\n" + end));
  CHECK(is_refused(begin + "QUJD\n" + end + begin + "QUJD\n" + end));
}

}  // namespace stagepass::age
