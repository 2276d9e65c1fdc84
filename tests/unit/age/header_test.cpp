#include <fmt/format.h>

#include <age/header.hpp>
#include <age/kdf.hpp>
#include <age/stanzas.hpp>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>

namespace stagepass::age {
namespace {

constexpr std::string_view kVersion = "age-encryption.org/v1\n";
constexpr std::string_view kMac = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

std::string header_of(std::string_view version, std::string_view stanzas, std::string_view mac) {
  return fmt::format("{}{}{}", version, stanzas, mac);
}

bool is_refused(const std::string& text) {
  const auto header = parse_header(text);
  return !header && header.error().flaw == Flaw::header;
}

/// The arguments and the size of the body of a header's only stanza.
std::string shape_of(const std::string& stanza) {
  const auto header = parse_header(header_of(kVersion, stanza, kMac));
  if (!header || header->stanzas.size() != 1) {
    return "refused";
  }
  std::string shape;
  for (const std::string& argument : header->stanzas[0].arguments) {
    shape += argument + ",";
  }
  return shape + std::to_string(header->stanzas[0].body.size());
}

}  // namespace

TEST_CASE("Header: stanzas of every body size are read as they were written") {
  const Secret key = Secret::copy_of(std::string(kFileKeySize, 'k'));
  for (std::size_t size = 0; size <= 200; ++size) {
    const Stanza stanza{{"a", "b!~"}, std::vector<std::uint8_t>(size, 0xa5)};
    const std::string text = write_header({stanza, stanza}, key);
    const auto header = parse_header(text + "payload");
    REQUIRE(header);
    REQUIRE(header->stanzas.size() == 2);
    CHECK(header->stanzas[1].arguments == stanza.arguments);
    CHECK(header->stanzas[1].body == stanza.body);
    CHECK(header->size == text.size());
    CHECK(header->mac == header_mac(key, std::string_view(text).substr(0, header->covered)));
  }
}

TEST_CASE("Header: a body ends with a line that is not full") {
  const std::string full(64, 'A');
  CHECK(shape_of("-> x\n\n") == "x,0");
  CHECK(shape_of("-> x\nAAAA\n") == "x,3");
  CHECK(shape_of("-> x\n" + full + "\n\n") == "x,48");
  CHECK(shape_of("-> x y z\n" + full + "\nAA\n") == "x,y,z,49");
  CHECK(shape_of("-> x\n" + full + "\n") == "refused");
  CHECK(shape_of("-> x\n") == "refused");
  CHECK(shape_of("-> x\n" + full + "A\n\n") == "refused");
  CHECK(shape_of("-> x\nAA\nAA\n") == "refused");
}

TEST_CASE("Header: arguments are visible and parted by one blank") {
  CHECK(shape_of("-> !~\n\n") == "!~,0");
  for (const char* stanza :
       {"->\n\n", "-> \n\n", "->  x\n\n", "-> x \n\n", "-> x  y\n\n", "->x\n\n", "-> x\ty\n\n",
        "-> x\r\n\n", "-> \x7f\n\n", "-> \xc3\xa9\n\n", "x\n\n", "-- x\n\n", "\n"}) {
    CHECK(shape_of(stanza) == "refused");
  }
}

TEST_CASE("Header: base64 has one form") {
  CHECK(shape_of("-> x\nAAA=\n") == "refused");
  CHECK(shape_of("-> x\nAB\n") == "refused");  // bits left over
  CHECK(shape_of("-> x\nA\n") == "refused");
  CHECK(shape_of("-> x\nAA-_\n") == "refused");
  CHECK(shape_of("-> x\nAA A\n") == "refused");
  CHECK(shape_of("-> x\nAAA\r\n") == "refused");
  CHECK(shape_of("-> x\nAA\xff\xff\n") == "refused");  // libsodium would take it for "//"
}

TEST_CASE("Header: version line and MAC line have one form") {
  const std::string stanza = "-> x\n\n";
  const std::string digits(43, 'A');
  REQUIRE(parse_header(header_of(kVersion, stanza, kMac)));
  for (const char* version :
       {"age-encryption.org/v2\n", "age-encryption.org/v1\r\n", "age-encryption.org/v1 \n",
        " age-encryption.org/v1\n", "age-encryption.org/\n", "AGE-encryption.org/v1\n", "\n", ""}) {
    CHECK(is_refused(header_of(version, stanza, kMac)));
  }
  for (const std::string& end :
       {"---" + digits + "\n", "---  " + digits + "\n", "--- " + digits + " \n",
        "--- " + digits + "=\n", "--- " + digits + "A\n", "--- " + digits.substr(1) + "\n",
        "--- " + digits + "\r\n", "--- " + digits.substr(1) + "B\n", std::string("---\n"),
        std::string("--- \n"), "--- " + digits, std::string()}) {
    CHECK(is_refused(header_of(kVersion, stanza, end)));
  }
  CHECK(is_refused(header_of(kVersion, "", kMac)));  // no stanza
}

TEST_CASE("Header: another version of the format is named as such") {
  CHECK(parse_header("age-encryption.org/v2\n").error().what.find("version") != std::string::npos);
  CHECK(parse_header("age-encryption.org/\x1b[2J\n").error().what.empty());
}

// The vectors of C2SP/CCTV have none for SSH keys.
TEST_CASE("Header: stanzas of a known kind have one shape") {
  const std::string tag(6, 'A');
  const std::string share(43, 'A');
  const auto is_known = [&](std::string_view arguments, std::string_view body) {
    const auto header =
        parse_header(header_of(kVersion, fmt::format("-> {}\n{}\n", arguments, body), kMac));
    REQUIRE(header);
    const auto known = known_stanzas(*header);
    return known && known->size() == 1;
  };
  const std::string ssh = fmt::format("ssh-ed25519 {} {}", tag, share);
  const std::string native = fmt::format("X25519 {}", share);
  CHECK(is_known(ssh, share));
  CHECK(is_known(native, share));
  for (const std::string& arguments :
       {std::string("ssh-ed25519"), fmt::format("ssh-ed25519 {}", tag),
        fmt::format("ssh-ed25519 {}", share), fmt::format("{} {}", ssh, share),
        fmt::format("ssh-ed25519 A {}", share), fmt::format("ssh-ed25519 AAAAAB {}", share),
        fmt::format("ssh-ed25519 AAAAAAA {}", share),
        fmt::format("ssh-ed25519 {} {}", tag, share.substr(1)),
        fmt::format("ssh-ed25519 {} {}", tag, tag), std::string("X25519"),
        fmt::format("{} {}", native, share), fmt::format("X25519 {} {}", tag, share)}) {
    INFO(arguments);
    CHECK_FALSE(is_known(arguments, share));
  }
  for (const std::string& wrong : {std::string(), std::string(44, 'A'), share.substr(1)}) {
    CHECK_FALSE(is_known(ssh, wrong));
    CHECK_FALSE(is_known(native, wrong));
  }
}

TEST_CASE("Header: one that is longer than 64 KiB is refused") {
  const std::string stanza = "-> " + std::string(1000, 'x') + "\n\n";
  std::string fits(kVersion);
  while (fits.size() + stanza.size() + kMac.size() <= kLongestHeader) {
    fits += stanza;
  }
  CHECK(parse_header(header_of(fits, "", kMac) + std::string(100'000, 'p')));
  CHECK(is_refused(header_of(fits, stanza, kMac) + std::string(100'000, 'p')));
}

TEST_CASE("Header: every part of one is refused") {
  const std::string text = header_of(kVersion, "-> x y\nAAAA\n-> z\n\n", kMac);
  REQUIRE(parse_header(text));
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK(is_refused(text.substr(0, size)));
  }
}

}  // namespace stagepass::age
