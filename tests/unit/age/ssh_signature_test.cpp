#include "sample_keys.hpp"

#include <stagepass/age/ssh_signature.hpp>
#include <stagepass/core/base64.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::age {
namespace {

using tests::must;

constexpr const char* kSpace = "stagepass-test";
constexpr const char* kMessage = "for case MSP-1\n";

std::string signed_message(const char* key = tests::kSshPrivateKey) {
  return must(sign_ssh(Secret::copy_of(std::string_view(key)), kSpace, kMessage)).signature;
}

bool verifies(const std::string& signature, const char* space = kSpace,
              const char* message = kMessage) {
  const auto signer = signer_of(signature, space, message);
  if (!signer) {
    CHECK(signer.error().code == Errc::invalid_argument);
  }
  return signer.has_value();
}

std::vector<std::uint8_t> binary_of(std::string text) {
  text = text.substr(kSshSignatureBegin.size() + 1);
  text = text.substr(0, text.find("-----"));
  std::erase(text, '\n');
  return from_base64(text).value();
}

std::string text_of(const std::vector<std::uint8_t>& binary) {
  return fmt::format("{}\n{}\n{}\n", kSshSignatureBegin, to_base64(binary), kSshSignatureEnd);
}

}  // namespace

TEST_CASE("SSH signature: verifies with the key that made it") {
  const auto made =
      must(sign_ssh(Secret::copy_of(std::string_view(tests::kSshPrivateKey)), kSpace, kMessage));
  CHECK(made.key.str() == tests::kSshPublicKey);
  CHECK(must(signer_of(made.signature, kSpace, kMessage)) == made.key);
  CHECK_FALSE(must(signer_of(signed_message(tests::kOtherSshPrivateKey), kSpace, kMessage)) ==
              made.key);
}

TEST_CASE("SSH signature: is of one text for one purpose") {
  const std::string signature = signed_message();
  CHECK(verifies(signature));
  CHECK_FALSE(verifies(signature, "file"));
  CHECK_FALSE(verifies(signature, ""));
  CHECK_FALSE(verifies(signature, kSpace, "for case MSP-2\n"));
  CHECK_FALSE(verifies(signature, kSpace, ""));
}

TEST_CASE("SSH signature: every flipped bit is noticed") {
  const auto binary = binary_of(signed_message());
  for (std::size_t at = 0; at < binary.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto edited = binary;
      edited[at] = static_cast<std::uint8_t>(edited[at] ^ (1U << bit));
      CHECK_FALSE(verifies(text_of(edited)));
    }
  }
}

TEST_CASE("SSH signature: every part of one is refused and so is more than one") {
  const auto binary = binary_of(signed_message());
  REQUIRE(verifies(text_of(binary)));
  for (std::size_t size = 0; size < binary.size(); ++size) {
    CHECK_FALSE(
        verifies(text_of({binary.begin(), binary.begin() + static_cast<std::ptrdiff_t>(size)})));
  }
  auto longer = binary;
  longer.push_back(0);
  CHECK_FALSE(verifies(text_of(longer)));
  CHECK_FALSE(verifies(""));
  CHECK_FALSE(verifies(std::string(kSshSignatureBegin)));
  CHECK_FALSE(verifies(text_of(std::vector<std::uint8_t>(100'000, 0))));
}

TEST_CASE("SSH signature: line ends of other systems are read") {
  std::string text;
  for (const char c : signed_message()) {
    text += c == '\n' ? "\r\n" : std::string(1, c);
  }
  CHECK(verifies(text));
}

TEST_CASE("SSH signature: keys with a passphrase and of other types do not sign") {
  for (const char* key : {tests::kEncryptedSshKey, tests::kEcdsaKey, "", "ssh-ed25519 AAAA"}) {
    CHECK(tests::error_of(sign_ssh(Secret::copy_of(std::string_view(key)), kSpace, kMessage)) ==
          Errc::invalid_argument);
  }
}

}  // namespace stagepass::age
