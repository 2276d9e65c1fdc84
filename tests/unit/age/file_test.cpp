#include "sample_keys.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/age/encrypt.hpp>

#include <age/header.hpp>
#include <age/kdf.hpp>
#include <age/stanzas.hpp>
#include <algorithm>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::age {
namespace {

using tests::must;

constexpr ScryptCost kCheap{kLeastScryptLog2};

std::vector<Identity> new_keys(std::uint64_t seed) {
  tests::SeededRandom random(seed);
  return must(read_identities(generate_identity(random)));
}

std::vector<Identity> ssh_keys() {
  return must(read_identities(Secret::copy_of(std::string_view(tests::kSshPrivateKey))));
}

std::vector<Identity> passphrase(std::string_view text) {
  std::vector<Identity> keys;
  keys.push_back(must(Identity::of_passphrase(Secret::copy_of(text))));
  return keys;
}

std::vector<std::uint8_t> sealed(std::string_view content, const std::vector<Recipient>& to) {
  tests::SeededRandom random;
  return must(encrypt(Secret::copy_of(content), to, random));
}

std::vector<std::uint8_t> sealed_with(std::string_view phrase) {
  tests::SeededRandom random;
  return must(
      encrypt_with_passphrase(Secret::copy_of("content"), Secret::copy_of(phrase), kCheap, random));
}

std::string opened(Bytes file, const std::vector<Identity>& keys) {
  const Secret content = must(decrypt(file, keys));
  return std::string(content.reveal_text());
}

Errc refusal(Bytes file, const std::vector<Identity>& keys) {
  return tests::error_of(decrypt(file, keys));
}

Recipient of(const std::vector<Identity>& keys) {
  return keys.at(0).recipient().value();
}

Secret file_key_of(const std::vector<std::uint8_t>& file, const std::vector<Identity>& keys) {
  const auto header =
      parse_header({reinterpret_cast<const char*>(file.data()), file.size()}).value();
  return find_file_key(known_stanzas(header).value(), keys).value();
}

std::size_t count_refused_flips(const std::vector<std::uint8_t>& file,
                                const std::vector<Identity>& keys) {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto edited = file;
      edited[at] = static_cast<std::uint8_t>(edited[at] ^ (1U << bit));
      refused += decrypt(edited, keys) ? 0 : 1;
    }
  }
  return refused;
}

}  // namespace

TEST_CASE("age: each recipient alone opens the file and nobody else does") {
  const auto eva = new_keys(1);
  const auto tom = new_keys(2);
  const auto ssh = ssh_keys();
  const auto file = sealed("content", {of(eva), of(ssh)});
  CHECK(opened(file, eva) == "content");
  CHECK(opened(file, ssh) == "content");
  CHECK(refusal(file, tom) == Errc::locked);
  CHECK(refusal(file, passphrase("content")) == Errc::locked);
  CHECK(refusal(file, {}) == Errc::locked);
}

TEST_CASE("age: any of several identities will do") {
  auto keys = new_keys(2);
  keys.push_back(must(Identity::of_passphrase(Secret::copy_of("phrase"))));
  keys.push_back(std::move(new_keys(1)[0]));
  keys.push_back(std::move(ssh_keys()[0]));
  CHECK(opened(sealed("content", {of(new_keys(1))}), keys) == "content");
  CHECK(opened(sealed("content", {of(ssh_keys())}), keys) == "content");
  CHECK(opened(sealed_with("phrase"), keys) == "content");
}

TEST_CASE("age: a passphrase opens the file and another one does not") {
  const auto file = sealed_with("correct horse");
  CHECK(opened(file, passphrase("correct horse")) == "content");
  CHECK(refusal(file, passphrase("correct horsE")) == Errc::locked);
  CHECK(refusal(file, new_keys(1)) == Errc::locked);
}

TEST_CASE("age: in armor the file opens as well") {
  const auto keys = new_keys(1);
  const std::string text = to_armor(sealed("content", {of(keys)}));
  CHECK(opened(bytes_of(text), keys) == "content");
  CHECK(opened(bytes_of("\n\n  " + text + "\n "), keys) == "content");
}

TEST_CASE("age: contents of every kind of size come out as they went in") {
  const auto keys = new_keys(1);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{65537}, kMostContent}) {
    const std::string content(size, 'x');
    CHECK(opened(sealed(content, {of(keys)}), keys) == content);
  }
}

TEST_CASE("age: neither a content above the limit nor a lack of recipients is accepted") {
  const auto keys = new_keys(1);
  tests::SeededRandom random;
  const Secret large = Secret::make(kMostContent + 1, [](MutableBytes out) { wipe(out); });
  const Secret content = Secret::copy_of("content");
  const std::vector<Recipient> one{of(keys)};
  CHECK(tests::error_of(encrypt(large, one, random)) == Errc::invalid_argument);
  CHECK(tests::error_of(encrypt(content, {}, random)) == Errc::invalid_argument);
  const std::vector<Recipient> many(101, of(keys));
  CHECK(tests::error_of(encrypt(content, many, random)) == Errc::invalid_argument);
  const std::vector<Recipient> most(100, of(keys));
  CHECK(opened(must(encrypt(content, most, random)), keys) == "content");
}

TEST_CASE("age: a passphrase must be there and its cost within bounds") {
  tests::SeededRandom random;
  const Secret content = Secret::copy_of("content");
  const Secret phrase = Secret::copy_of("phrase");
  const auto code = [&](const Secret& with, ScryptCost cost) {
    return tests::error_of(encrypt_with_passphrase(content, with, cost, random));
  };
  CHECK(code(Secret::copy_of(""), kCheap) == Errc::invalid_argument);
  CHECK(code(phrase, {kLeastScryptLog2 - 1}) == Errc::invalid_argument);
  CHECK(code(phrase, {kMostScryptLog2 + 1}) == Errc::invalid_argument);
}

TEST_CASE("age: a file that holds more than the limit is refused before it is opened") {
  const auto keys = new_keys(1);
  auto file = sealed("content", {of(keys)});
  file.resize(file.size() + kMostContent + 4096);
  const auto refused = decrypt(file, keys);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid_argument);
  CHECK(refused.error().message.find("1 MiB") != std::string::npos);
}

TEST_CASE("age: a work factor that would take too much memory is refused and named") {
  for (const char* factor : {"21", "22", "99", "100", "4294967306", "18446744073709551626"}) {
    const std::string file = std::string("age-encryption.org/v1\n-> scrypt ") +
                             std::string(22, 'A') + " " + factor + "\n" + std::string(43, 'A') +
                             "\n--- " + std::string(43, 'A') + "\n" + std::string(32, 'x');
    const auto refused = decrypt(bytes_of(file), passphrase("phrase"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::invalid_argument);
    CHECK(refused.error().message.find("work factor") != std::string::npos);
  }
}

TEST_CASE("age: every flipped bit of a small file is refused") {
  const auto keys = new_keys(1);
  const auto file = sealed("secret", {of(keys)});
  CHECK(count_refused_flips(file, keys) == file.size() * 8);
  const auto ssh = ssh_keys();
  const auto ssh_file = sealed("secret", {of(ssh)});
  CHECK(count_refused_flips(ssh_file, ssh) == ssh_file.size() * 8);
}

TEST_CASE("age: every flipped bit of a small file in armor is refused") {
  const auto keys = new_keys(1);
  const std::string text = to_armor(sealed("secret", {of(keys)}));
  const std::vector<std::uint8_t> file(text.begin(), text.end());
  CHECK(count_refused_flips(file, keys) == file.size() * 8);
}

TEST_CASE("age: every part of a small file is refused") {
  const auto keys = new_keys(1);
  const auto file = sealed("secret", {of(keys)});
  for (std::size_t size = 0; size < file.size(); ++size) {
    CHECK_FALSE(decrypt(Bytes(file).first(size), keys));
  }
  const std::string text = to_armor(file);
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    CHECK_FALSE(decrypt(bytes_of(std::string_view(text).substr(0, size)), keys));
  }
}

TEST_CASE("age: nothing may stand behind a file") {
  const auto keys = new_keys(1);
  auto file = sealed("secret", {of(keys)});
  file.push_back('\n');
  CHECK(refusal(file, keys) == Errc::undecryptable);
}

TEST_CASE("age: two files of the same content share neither keys nor bytes") {
  const auto keys = new_keys(1);
  tests::SeededRandom random;
  const Secret content = Secret::copy_of("the same content twice");
  const std::vector<Recipient> to{of(keys)};
  const auto first = must(encrypt(content, to, random));
  const auto second = must(encrypt(content, to, random));
  REQUIRE(first.size() == second.size());
  const auto share = [](const std::vector<std::uint8_t>& file) {
    return std::string(file.begin() + 32, file.begin() + 75);
  };
  CHECK(share(first) != share(second));
  CHECK_FALSE(file_key_of(first, keys) == file_key_of(second, keys));
  CHECK_FALSE(std::equal(first.end() - 54, first.end(), second.end() - 54));
}

TEST_CASE("age: two files for the same passphrase have each a salt of its own") {
  tests::SeededRandom random;
  const Secret content = Secret::copy_of("content");
  const Secret phrase = Secret::copy_of("phrase");
  const auto salt = [&] {
    const auto file = must(encrypt_with_passphrase(content, phrase, kCheap, random));
    return std::string(file.begin() + 32, file.begin() + 54);
  };
  CHECK(salt() != salt());
}

TEST_CASE("age: what is no age file is told as such") {
  const auto keys = new_keys(1);
  for (const char* text : {"", "hello", "\n", "age-encryption.org", "-----BEGIN"}) {
    CHECK(refusal(bytes_of(text), keys) == Errc::invalid_argument);
  }
}

TEST_CASE("age: no error repeats anything of the file or the keys") {
  const auto keys = new_keys(1);
  const std::string marked = "age-encryption.org/v1\n-> X25519 MARKED\nMARKED\n--- MARKED\nMARKED";
  for (const std::string& file :
       {marked, "MARKED" + marked, std::string("age-encryption.org/vMARKED\n"),
        std::string("-----BEGIN AGE ENCRYPTED FILE-----\nMARKED")}) {
    const auto refused = decrypt(bytes_of(file), keys);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("MARKED") == std::string::npos);
    CHECK(refused.error().hint.find("MARKED") == std::string::npos);
  }
}

}  // namespace stagepass::age
