#include "sample_keys.hpp"

#include <stagepass/age/identity.hpp>
#include <stagepass/core/base64.hpp>

#include <fmt/format.h>

#include <age/ssh_private_key.hpp>
#include <algorithm>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::age {
namespace {

using tests::must;

constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----\n";

std::vector<std::uint8_t> binary_of(std::string file) {
  file = file.substr(kBegin.size(), file.size() - kBegin.size() - kEnd.size());
  file.erase(std::remove(file.begin(), file.end(), '\n'), file.end());
  return from_base64(file).value();
}

std::string file_of(const std::vector<std::uint8_t>& binary) {
  return fmt::format("{}{}\n{}", kBegin, to_base64(binary), kEnd);
}

std::string refusal(const std::string& file) {
  const auto key = parse_ssh_private_key(file);
  if (key) {
    return "accepted";
  }
  CHECK(key.error().code == Errc::invalid_argument);
  return key.error().message;
}

}  // namespace

TEST_CASE("SSH private key: a file of ssh-keygen has the public key of its .pub file") {
  const auto identities =
      must(read_identities(Secret::copy_of(std::string_view(tests::kSshPrivateKey))));
  REQUIRE(identities.size() == 1);
  CHECK(identities[0].recipient().value().str() == tests::kSshPublicKey);
  CHECK(identities[0].recipient() == must(Recipient::parse(tests::kSshPublicKey)));
}

TEST_CASE("SSH private key: line ends of other systems are read") {
  std::string file;
  for (const char c : std::string(tests::kSshPrivateKey)) {
    file += c == '\n' ? "\r\n" : std::string(1, c);
  }
  CHECK(refusal(file) == "accepted");
}

TEST_CASE("SSH private key: one with a passphrase and one of another type are named") {
  CHECK(refusal(tests::kEncryptedSshKey) == "the SSH private key is protected with a passphrase");
  CHECK(refusal(tests::kEcdsaKey).find("ed25519") != std::string::npos);
}

TEST_CASE("SSH private key: every flipped bit is refused but those of the comment") {
  const auto binary = binary_of(tests::kSshPrivateKey);
  constexpr std::size_t kCommentBits = sizeof("eva@example") * 8 - 8;
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < binary.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto edited = binary;
      edited[at] = static_cast<std::uint8_t>(edited[at] ^ (1U << bit));
      accepted += refusal(file_of(edited)) == "accepted" ? 1 : 0;
    }
  }
  CHECK(accepted == kCommentBits);
}

TEST_CASE("SSH private key: every part of one is refused") {
  const auto binary = binary_of(tests::kSshPrivateKey);
  REQUIRE(refusal(file_of(binary)) == "accepted");
  for (std::size_t size = 0; size < binary.size(); ++size) {
    CHECK(refusal(file_of({binary.begin(), binary.begin() + static_cast<std::ptrdiff_t>(size)})) !=
          "accepted");
  }
  auto longer = binary;
  longer.push_back(0);
  CHECK(refusal(file_of(longer)) != "accepted");
  const std::string file = tests::kSshPrivateKey;
  for (std::size_t size = 0; size + 1 < file.size(); ++size) {
    CHECK(refusal(file.substr(0, size)) != "accepted");
  }
}

TEST_CASE("SSH private key: lengths that lead beyond the file are refused") {
  const auto binary = binary_of(tests::kSshPrivateKey);
  for (std::size_t at = 15; at + 4 <= binary.size(); ++at) {
    auto edited = binary;
    std::fill_n(edited.begin() + static_cast<std::ptrdiff_t>(at), 4, std::uint8_t{0xff});
    const std::string said = refusal(file_of(edited));
    // In the middle of the comment nobody minds.
    CHECK((said != "accepted" || (at >= 229 && at + 4 <= 240)));
  }
}

// 15 bytes of magic, cipher, kdf, options of the kdf (31), number of keys (35), public key (39),
// private part (94), each behind its length.
TEST_CASE("SSH private key: nothing may stand in the file that is not needed") {
  const auto edited = [](std::size_t length_at, int change, std::size_t at,
                         const std::vector<std::uint8_t>& more) {
    auto binary = binary_of(tests::kSshPrivateKey);
    binary.at(length_at) = static_cast<std::uint8_t>(binary.at(length_at) + change);
    binary.insert(binary.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
    return binary;
  };
  const std::size_t end = binary_of(tests::kSshPrivateKey).size();
  CHECK(refusal(file_of(edited(34, 0, 35, {}))) == "accepted");
  CHECK(refusal(file_of(edited(34, 1, 35, {0}))) != "accepted");  // options for no kdf
  CHECK(refusal(file_of(edited(42, 1, 94, {0}))) != "accepted");  // behind the public key
  CHECK(refusal(file_of(edited(97, 8, end, {3, 4, 5, 6, 7, 8, 9, 10}))) != "accepted");
  CHECK(refusal(file_of(edited(97, 1, end, {3}))) != "accepted");  // no whole block
  CHECK(refusal(file_of(edited(34, 0, end, {3}))) != "accepted");  // behind the private part
}

TEST_CASE("SSH private key: the halves of a key must belong together") {
  const auto binary = binary_of(tests::kSshPrivateKey);
  const auto public_key = must(parse_ssh_private_key(tests::kSshPrivateKey)).public_key;
  // The public key stands in the file three times; another one in any of them is refused.
  std::size_t found = 0;
  for (auto at = binary.begin(); at != binary.end(); ++found) {
    at = std::search(at, binary.end(), public_key.begin(), public_key.end());
    if (at == binary.end()) {
      break;
    }
    auto edited = binary;
    edited[static_cast<std::size_t>(at - binary.begin())] ^= 1U;
    CHECK(refusal(file_of(edited)) != "accepted");
    ++at;
  }
  CHECK(found == 3);
}

}  // namespace stagepass::age
