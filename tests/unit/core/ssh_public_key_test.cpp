#include <stagepass/core/secret.hpp>
#include <stagepass/core/ssh_public_key.hpp>

#include <sodium.h>

#include <array>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;

struct KnownKey {
  std::string_view line;
  std::string_view fingerprint;  ///< as ssh-keygen -l shows it
};

// Made and fingerprinted by OpenSSH 9.2.
constexpr std::array<KnownKey, 7> kKnownKeys = {
    {{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFeuIHllTRYKqkqv83iXw1KxoPliYOvl44yXp2BD7bcX",
      "SHA256:PLgMRhwRZq2g2wECA8jGaeOZnKGSFB7Mp5JMPfSt/Ms"},
     {"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJiK/LRB"
      "VzYjrmxrCqVcByi+OCW/JG4viq4rM4cMwMBqGEH7nP+KDOghAAppBrpVFgj4mS+ulamca6um8uAqHcI=",
      "SHA256:/4bMM8HHpvj3kg08Mvl33X9WMyzPTh3I7D7DgO2ILnM"},
     {"ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBNa6ekcA"
      "ChIs7fhX4IclgLREeCfYOeieWYtFsoGSu433efyo3nyW+GAKz8P3DlauXy4TMYw23hdDZ8AGoRK0p46w"
      "YuE/zmo1X2plsSGmHbUCBphAlHEBpvfuuw6WNy8FZA==",
      "SHA256:u8Mk4f5VBTiE9C/7EzW4nAIfbwNUGpg3JCl8+m6M3Kw"},
     {"ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABFOSeQ"
      "tKsKW5qGaSaaXJpK2phlw9jbW7eSyGb33bGDZKDF1nGSGlF0v/+cwYwVpX62oFrj+xpT3hxSwZ5XVgnH"
      "JgFdt8nv4l+5LJTOXIZ99s8fdvZBM2BuyLEHdiaT6DYphg0T01n8UN9ekhkqoJcayS2hkv1L1mfs16kt"
      "Badb4XhF0Q==",
      "SHA256:C8UpHFEKOx2yNpSXFgYr+syy06WmL5VxXIi4Kcj+3V4"},
     {"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDFXiHeBFMsqVNHyBvT2NHr3tn9L0//IybIgP3eHs8Q"
      "yTsMVwk7lgiUD2/v3TbjYurWpcYr5lLoxBZH3qcL+DAvZVf2sUlZSgico8+VFZVJEjr+3jTOtHY/vY//"
      "fz5j+qExKNDaYZsAS01l7ybYNXQ9wnfi7Xmg2I5qZEfgGJkTXz/mu8nxBIZk616LulCbTUvdRXbw2ctt"
      "1ITEBCi1AS4Dve0AZrWRZy5eZ5NGllx/VWzSNJFXxd5ZlOktBtRbb2zD/5YtjnioSdEvD5hOh7lOOO/A"
      "gMflrDOHe0AEVAE4fKbkxB01TvSsW3lKUdmG2h/jOdxb/xNaoOUuq9kq2w1P",
      "SHA256:6lCrgRTeCfGlZ8RK9RAKvwt0gyABNIqcdSlOyCZXIaA"},
     {"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIFeuIHllT"
      "RYKqkqv83iXw1KxoPliYOvl44yXp2BD7bcXAAAABHNzaDo=",
      "SHA256:MmmQPaAwUyey+JQF3sUMrSJRTZTK/iO9U8+BPKhNAjU"},
     {"sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNza"
      "C5jb20AAAAIbmlzdHAyNTYAAABBBJiK/LRBVzYjrmxrCqVcByi+OCW/JG4viq4rM4cMwMBqGEH7nP+KD"
      "OghAAppBrpVFgj4mS+ulamca6um8uAqHcIAAAAEc3NoOg==",
      "SHA256:zfJgks0se+L7QDg0+GC+4kaEhwnTd6ZcV5/rDR07FwI"}}};

constexpr std::string_view kShortRsa =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCr6hwQHvbeR+2tf5o5PoUBQAB288pyc/IEMU+55tQH"
    "sWtAIR8ufIzVBgzX7AgLljpFsmHPOp1XB/TmapuFVutuGlU+JlL0D0R9+4+vD4U8DVABDcDs5dzeYzEA"
    "Fbnb/7KdCClqb++LhwzNzeVWGLCZ+Iwnssq0rkCTJ9PQI3e2bw==";

const std::string ed25519_line(kKnownKeys[0].line);

std::string with_length(std::string_view bytes) {
  const std::size_t size = bytes.size();
  std::string field = {static_cast<char>(size >> 24U), static_cast<char>(size >> 16U),
                       static_cast<char>(size >> 8U), static_cast<char>(size)};
  return field.append(bytes);
}

std::string line_of(std::string_view type, std::string_view blob) {
  std::string base64(sodium_base64_encoded_len(blob.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  ::sodium_bin2base64(base64.data(), base64.size(),
                      reinterpret_cast<const unsigned char*>(blob.data()), blob.size(),
                      sodium_base64_VARIANT_ORIGINAL);
  base64.pop_back();  // the NUL of C
  return std::string(type) + " " + base64;
}

std::string key_line(std::string_view type, const std::vector<std::string>& fields) {
  std::string blob = with_length(type);
  for (const std::string& field : fields) {
    blob += with_length(field);
  }
  return line_of(type, blob);
}

TEST_CASE("SshPublicKey: every modern kind of OpenSSH is taken with its fingerprint") {
  for (const KnownKey& known : kKnownKeys) {
    CAPTURE(known.line.substr(0, 40));
    const auto key = tests::must(SshPublicKey::parse(known.line));
    CHECK(key.str() == known.line);
    CHECK(key.fingerprint() == known.fingerprint);
  }
}

TEST_CASE("SshPublicKey: the comment and the line break of a file are dropped") {
  const auto key = tests::must(SshPublicKey::parse(ed25519_line));
  for (const char* const tail : {" ana@example.net", " a b  c", "\t", "\n", "\r\n", " Müller\n"}) {
    CAPTURE(tail);
    CHECK(tests::must(SshPublicKey::parse(ed25519_line + tail)) == key);
  }
}

const std::string p256_point = "\x04" + std::string(64, 'p');

/// libsodium 1.0.18 reads it as "/".
std::string with_byte_beyond_ascii(std::string line) {
  line[line.size() - 2] = '\x9b';
  return line;
}

const std::vector<std::string> bad_lines = {
    "",
    "ssh-ed25519",
    "ssh-ed25519 ",
    "ssh-ed25519 AAAA",
    "ssh-ed25519 not*base64",
    with_byte_beyond_ascii(ed25519_line),
    " " + ed25519_line,
    ed25519_line.substr(0, ed25519_line.size() - 4),
    ed25519_line + "AAAA",
    ed25519_line + "\n\n",
    ed25519_line + "\n" + ed25519_line,
    ed25519_line + " x\ncommand=\"id\" " + ed25519_line,
    ed25519_line + "\rx",
    ed25519_line + std::string(" a\0b", 4),
    ed25519_line + " \x1b[0m",
    "command=\"id\" " + ed25519_line,
    "restrict " + ed25519_line,
    "# " + ed25519_line,
    "ecdsa-sha2-nistp256 " + ed25519_line.substr(ed25519_line.find(' ') + 1),
    key_line("ssh-dss", {"p", "q", "g", "y"}),
    key_line("ssh-ed25519-cert-v01@openssh.com", {std::string(32, 'k')}),
    key_line("ssh-ed25519", {}),
    key_line("ssh-ed25519", {std::string(31, 'k')}),
    key_line("ssh-ed25519", {std::string(33, 'k')}),
    key_line("ssh-ed25519", {std::string(32, 'k'), ""}),
    line_of("ssh-ed25519", with_length("ssh-ed25519") + "\xff\xff\xff\xff"),
    line_of("ssh-ed25519", with_length("ssh-ed25519") + with_length(std::string(32, 'k')) + "x"),
    key_line("ecdsa-sha2-nistp256", {"nistp384", p256_point}),
    key_line("ecdsa-sha2-nistp256", {"nistp256", "\x02" + std::string(64, 'p')}),
    key_line("ecdsa-sha2-nistp384", {"nistp384", p256_point}),
    key_line("ecdsa-sha2-nistp256", {"nistp256", ""}),
    key_line("sk-ssh-ed25519@openssh.com", {std::string(32, 'k'), ""}),
    key_line("sk-ssh-ed25519@openssh.com", {std::string(32, 'k')}),
    key_line("sk-ecdsa-sha2-nistp256@openssh.com", {"nistp256", p256_point}),
    key_line("ssh-rsa", {"\x03", ""}),
    key_line("ssh-rsa", {"", std::string(256, '\x7f')}),
    key_line("ssh-rsa", {"\x03", std::string(256, '\xff')}),                           // negative
    key_line("ssh-rsa", {"\x03", std::string("\0\0", 2) + std::string(255, '\xff')}),  // padded
    key_line("ssh-rsa", {"\x03", std::string(1, '\0')}),                               // zero
    std::string(1 << 20, 'A'),
};

TEST_CASE("SshPublicKey: what could not be written behind our own options is refused unrepeated") {
  for (const std::string& line : bad_lines) {
    CAPTURE(line.substr(0, 60));
    const auto key = SshPublicKey::parse(line);
    REQUIRE(tests::error_of(key) == Errc::invalid_argument);
    CHECK_THAT(key.error().message, !ContainsSubstring("AAAA"));
    CHECK_THAT(key.error().hint, ContainsSubstring(".pub"));
  }
}

TEST_CASE("SshPublicKey: an RSA key below 2048 bits is refused") {
  const std::string below = "\x7f" + std::string(255, '\xff');
  const std::string exactly = std::string(1, '\0') + std::string(256, '\xff');
  CHECK(SshPublicKey::parse(key_line("ssh-rsa", {"\x03", exactly})));
  for (const std::string& line : {key_line("ssh-rsa", {"\x03", below}), std::string(kShortRsa)}) {
    const auto key = SshPublicKey::parse(line);
    REQUIRE(tests::error_of(key) == Errc::invalid_argument);
    CHECK_THAT(key.error().message, ContainsSubstring("2048 bits"));
    CHECK_THAT(key.error().hint, ContainsSubstring("ed25519"));
  }
}

TEST_CASE("SshPublicKey: a private key is recognized and never repeated") {
  const auto key = SshPublicKey::parse(
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n");
  REQUIRE(tests::error_of(key) == Errc::invalid_argument);
  CHECK_THAT(key.error().message, ContainsSubstring("this is a private key"));
  CHECK_THAT(key.error().hint, ContainsSubstring(".pub"));
  CHECK_THAT(key.error().message + key.error().hint, !ContainsSubstring("b3Blbn"));
}

}  // namespace
}  // namespace stagepass
