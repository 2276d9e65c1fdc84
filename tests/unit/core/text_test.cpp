#include <stagepass/core/text.hpp>

#include <array>
#include <string>
#include <support/catch.hpp>

namespace stagepass {
namespace {

struct Escape {
  std::string_view input;
  std::string_view shown;
};

constexpr std::array kEscapes = {
    Escape{"Müller & Söhne €", "Müller & Söhne €"},
    Escape{"\x1b]0;pwn\a", R"(\x1b]0;pwn\x07)"},
    Escape{"a\r\nb\tc\x7f", R"(a\x0d\x0ab\x09c\x7f)"},
    Escape{std::string_view("\0", 1), R"(\x00)"},
    Escape{"\xc2\x9b"
           "31m",
           R"(\u009b31m)"},
    Escape{"\u202egnp.exe\u202c", R"(\u202egnp.exe\u202c)"},
    Escape{"a\ufeff", R"(a\ufeff)"},
    Escape{"\u2066\u2069\u200e\u200f", R"(\u2066\u2069\u200e\u200f)"},
    Escape{"\u2028\u2029", R"(\u2028\u2029)"},
    Escape{"\xff\xfe", R"(\xff\xfe)"},
    Escape{"\xc0\xaf", R"(\xc0\xaf)"},                  // overlong
    Escape{"\xed\xa0\x80", R"(\xed\xa0\x80)"},          // surrogate
    Escape{"\xf4\x90\x80\x80", R"(\xf4\x90\x80\x80)"},  // above U+10FFFF
    Escape{"\xe2\x82", R"(\xe2\x82)"},                  // cut off
    Escape{"\U0001F511", "\U0001F511"},
};

TEST_CASE("Text: what could steer a terminal or deceive a reader is escaped") {
  for (const Escape& escape : kEscapes) {
    CAPTURE(escape.shown);
    CHECK(escape_untrusted(escape.input) == escape.shown);
  }
}

TEST_CASE("Text: what is too long is cut between characters and says so") {
  CHECK(escape_untrusted("abcdef", 6) == "abcdef");
  CHECK(escape_untrusted("abcdefg", 6) == "abcdef…");
  CHECK(escape_untrusted("abcde€", 6) == "abcde…");
  CHECK(escape_untrusted("abc\x1b", 6) == "abc…");
  CHECK(escape_untrusted(std::string(1 << 20, '9')).size() < 310);
}

TEST_CASE("Text: a quotation is escaped and short") {
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("a\nb") == "\"a\\x0ab\"");
  CHECK(quoted(std::string(1 << 20, '9')).size() < 90);
}

TEST_CASE("Text: parts are joined with the separator only between them") {
  CHECK(join({}, ", ").empty());
  CHECK(join({"a"}, ", ") == "a");
  CHECK(join({"a", "", "c"}, ", ") == "a, , c");
}

TEST_CASE("Text: blanks before and behind it are left out, those within are not") {
  CHECK(trimmed(" \t a b\r\n") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed(" \t\r\n").empty());
  CHECK(trimmed("").empty());
  CHECK(trimmed(" \ta\t ", " ") == "\ta\t");
}

TEST_CASE("Text: lines are taken one by one, also empty ones and a last one without an end") {
  std::string_view rest = "a\n\nb\r\nc";
  CHECK(take_line(rest) == "a");
  CHECK(take_line(rest).empty());
  CHECK(take_line(rest) == "b\r");
  CHECK(take_line(rest) == "c");
  CHECK(rest.empty());
  CHECK(take_line(rest).empty());
}

TEST_CASE("Text: bytes become lower-case hexadecimal digits") {
  const std::array<std::uint8_t, 4> bytes = {0x00, 0x0f, 0xa5, 0xff};
  CHECK(to_hex(bytes) == "000fa5ff");
  CHECK(to_hex({}).empty());
}

}  // namespace
}  // namespace stagepass
