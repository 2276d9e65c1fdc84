#include <stagepass/age/recipient.hpp>
#include <stagepass/core/base64.hpp>

#include <age/kdf.hpp>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::age {
namespace {

using tests::must;

// The example of the specification.
constexpr const char* kAgeKey = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
constexpr const char* kSshKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN666Ljrc5Lp7jxY7WIZBRYlgvcL46pdwZtz9lz3Jhos";

std::string refusal(std::string_view text) {
  const auto recipient = Recipient::parse(text);
  if (recipient) {
    return "accepted";
  }
  CHECK(recipient.error().code == Errc::invalid_argument);
  CHECK_FALSE(recipient.error().hint.empty());
  return recipient.error().message;
}

std::string ssh_line(const std::string& last_32_bytes) {
  std::string blob("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
  blob += last_32_bytes;
  return "ssh-ed25519 " + to_base64(bytes_of(blob));
}

bool mentions(const std::string& text, const char* word) {
  return text.find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("Recipient: an age key is read in either case and written in lower case") {
  const Recipient recipient = must(Recipient::parse(kAgeKey));
  CHECK(recipient.str() == kAgeKey);
  CHECK(recipient.key().ssh_blob.empty());
  std::string upper = kAgeKey;
  for (char& c : upper) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  CHECK(must(Recipient::parse(upper)) == recipient);
  CHECK(must(Recipient::parse(std::string(" ") + kAgeKey + " \r\n")) == recipient);
}

TEST_CASE("Recipient: an SSH key is read with its comment and written without") {
  const Recipient recipient = must(Recipient::parse(std::string(kSshKey) + " eva@example.com\n"));
  CHECK(recipient.str() == kSshKey);
  CHECK(recipient.key().ssh_blob.size() == 51);
  CHECK(must(Recipient::parse(recipient.str())) == recipient);
}

TEST_CASE("Recipient: a mistyped or mixed or cut key is refused") {
  const std::string key = kAgeKey;
  std::string mixed = key;
  mixed[10] = 'A';
  CHECK(mentions(refusal(mixed), "mistyped"));
  for (std::size_t size = 4; size < key.size(); ++size) {
    CHECK(mentions(refusal(key.substr(0, size)), "mistyped"));
  }
  CHECK(mentions(refusal(key + "q"), "mistyped"));
  CHECK(refusal("") != "accepted");
  CHECK(refusal("hello") != "accepted");
  CHECK(refusal(key + " " + key) != "accepted");
  CHECK(refusal(key + "\n" + key) != "accepted");
}

TEST_CASE("Recipient: kinds of keys that cannot be used are named") {
  CHECK(mentions(refusal("age1pq1xx76jralnlxdmew0crk45qmcch4x06se84un3vpm33w6hwdx0h3sk3zqfr"),
                 "post-quantum"));
  CHECK(mentions(refusal("age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt"),
                 "plugins"));
  CHECK(mentions(refusal("age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e"),
                 "plugins"));
  CHECK(mentions(
      refusal("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEm9D+"
              "XtItqDhyu/rIB1wm95lLNujA3HRNUQn9qTYynFpqcJC8VJRttPznGcTTa3bkZs8SB+"
              "XGpWJvYXoql/PIw="),
      "kind of SSH key"));
}

TEST_CASE("Recipient: a secret pasted by mistake is named and not repeated") {
  const std::string secret =
      "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
  for (const std::string& text : {secret, " " + secret, std::string("age-secret-key-1gfpyysjz"),
                                  std::string("-----BEGIN OPENSSH PRIVATE KEY-----\nGFPYYSJZ")}) {
    const auto refused = Recipient::parse(text);
    REQUIRE_FALSE(refused);
    CHECK((mentions(refused.error().message, "secret key") ||
           mentions(refused.error().message, "private key")));
    for (const std::string& shown : {refused.error().message, refused.error().hint}) {
      CHECK_FALSE(mentions(shown, "GFPYYSJZ"));
      CHECK_FALSE(mentions(shown, "gfpyysjz"));
    }
  }
}

TEST_CASE("Recipient: points that would give everybody the same secret are refused") {
  // The points 0 and 1 of Curve25519, with right checksums.
  CHECK(mentions(refusal("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"),
                 "protects"));
  CHECK(mentions(refusal("age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya"),
                 "protects"));
  std::string neutral(32, '\0');
  neutral[0] = 1;
  CHECK(mentions(refusal(ssh_line(neutral)), "protects"));
  CHECK(mentions(refusal(ssh_line(std::string(32, '\0'))), "protects"));
  CHECK(mentions(refusal(ssh_line(std::string(32, '\xff'))), "protects"));
}

}  // namespace stagepass::age
