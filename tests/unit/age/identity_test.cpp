#include <stagepass/age/identity.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::age {
namespace {

using tests::must;

// The example of the specification.
constexpr const char* kSecretText =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
constexpr const char* kPublicKey = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

std::string secret_key() {
  return kSecretText;
}

std::vector<Identity> read(const std::string& file) {
  return must(read_identities(Secret::copy_of(file)));
}

std::string refusal(const std::string& file) {
  const auto identities = read_identities(Secret::copy_of(file));
  if (identities) {
    return "accepted";
  }
  CHECK(identities.error().code == Errc::invalid_argument);
  for (const std::string& shown : {identities.error().message, identities.error().hint}) {
    CHECK_FALSE(shown.empty());
    CHECK(shown.find("GFPYYSJZ") == std::string::npos);
  }
  return identities.error().message;
}

}  // namespace

TEST_CASE("Identity: the secret key of the specification has its public key") {
  const auto identities = read(secret_key());
  REQUIRE(identities.size() == 1);
  CHECK(identities[0].recipient().value().str() == kPublicKey);
}

TEST_CASE("Identity: a file of age-keygen is read with its comments") {
  CHECK(
      read("# created: 2026-01-01T00:00:00Z\r\n# public key: age1x\r\n\r\n" + secret_key() + "\r\n")
          .size() == 1);
  CHECK(read(secret_key() + "\n\n# another\n" + secret_key() + "  \n").size() == 2);
}

TEST_CASE("Identity: what is no key file is refused without repeating it") {
  CHECK(refusal("") == "the file holds no key");
  CHECK(refusal("# a comment\n\n") == "the file holds no key");
  CHECK(refusal("hello GFPYYSJZ") != "accepted");
  CHECK(refusal(secret_key().substr(0, secret_key().size() - 1)) != "accepted");
  CHECK(refusal(secret_key() + "Q") != "accepted");
  CHECK(refusal(" " + secret_key()) != "accepted");
  CHECK(refusal(secret_key() + "\nGFPYYSJZ\n") != "accepted");
  std::string edited = secret_key();
  edited[20] = 'Q';
  CHECK(refusal(edited) != "accepted");
  edited[20] = 'g';
  CHECK(refusal(edited) != "accepted");  // mixed case
  std::string many;
  for (int i = 0; i <= 100; ++i) {
    many += secret_key() + "\n";
  }
  CHECK(refusal(many).find("hundred") != std::string::npos);
}

TEST_CASE("Identity: lower case is refused as by age") {
  std::string lower = secret_key();
  for (char& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  CHECK(refusal(lower) != "accepted");
}

TEST_CASE("Identity: kinds of keys that cannot be used are named") {
  CHECK(refusal("AGE-SECRET-KEY-PQ-1GFPYYSJZ").find("post-quantum") != std::string::npos);
  CHECK(refusal("AGE-PLUGIN-YUBIKEY-1GFPYYSJZ").find("plugins") != std::string::npos);
  CHECK(
      refusal("-----BEGIN PRIVATE KEY-----\nGFPYYSJZ\n-----END PRIVATE KEY-----\n").find("form") !=
      std::string::npos);
}

TEST_CASE("Identity: a new key is another one each time and reads as itself") {
  tests::SeededRandom random;
  const Secret first = generate_identity(random);
  const Secret second = generate_identity(random);
  CHECK_FALSE(first == second);
  CHECK(first.reveal_text().starts_with("AGE-SECRET-KEY-1"));
  CHECK(first.reveal_text().ends_with("\n"));
  const auto identities = must(read_identities(first));
  REQUIRE(identities.size() == 1);
  CHECK(identities[0].recipient() != must(read_identities(second))[0].recipient());
}

TEST_CASE("Identity: a passphrase has no recipient and cannot be empty") {
  const Identity identity = must(Identity::of_passphrase(Secret::copy_of("correct horse")));
  CHECK_FALSE(identity.recipient());
  CHECK(tests::error_of(Identity::of_passphrase(Secret::copy_of(""))) == Errc::invalid_argument);
}

}  // namespace stagepass::age
