#include <stagepass/core/base64.hpp>
#include <stagepass/vault/webhook_signature.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::vault {
namespace {

using tests::error_of;
using tests::must;

Secret seed() {
  return Secret::make(crypto_sign_SEEDBYTES, [](MutableBytes out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(i);
    }
  });
}

std::vector<std::uint8_t> signature_in(const std::string& header) {
  REQUIRE(header.starts_with("v1a,"));
  const auto bytes = from_base64(header.substr(4));
  REQUIRE(bytes);
  return *bytes;
}

TEST_CASE("Webhook signature: it is Ed25519 over id and timestamp and body") {
  const WebhookMessage message{"msg_1", "1674087231", R"({"type":"ping"})"};
  const auto signature = signature_in(must(sign_webhook(message, seed())));
  const std::string text = R"(msg_1.1674087231.{"type":"ping"})";
  const VerifierKey key = verifier_key_of("stagepass/test", seed());
  REQUIRE(signature.size() == crypto_sign_BYTES);
  CHECK(::crypto_sign_verify_detached(signature.data(),
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      text.size(), key.public_key.data()) == 0);
}

TEST_CASE("Webhook signature: what has another shape is not signed") {
  const WebhookMessage good{"msg_1", "1", "{}"};
  CHECK(sign_webhook(good, seed()));
  for (const auto& bad : std::vector<WebhookMessage>{{"", "1", "{}"},
                                                     {"a.b", "1", "{}"},
                                                     {"a\nb", "1", "{}"},
                                                     {"a b", "1", "{}"},
                                                     {"a", "", "{}"},
                                                     {"a", "-1", "{}"},
                                                     {"a", "1.2", "{}"},
                                                     {"a", "1", ""},
                                                     {"a", "1", "{}\n"},
                                                     {"a", "1", "[]"},
                                                     {"a", "1", "{\n}"}}) {
    INFO(bad.id << "|" << bad.timestamp << "|" << bad.body);
    CHECK(error_of(sign_webhook(bad, seed())) == Errc::internal);
  }
}

TEST_CASE("Webhook signature: it is none of a signed note") {
  const std::string name = "stagepass/test";
  const std::string body = R"({"text":"stagepass receipt 1"})";
  const auto signature = signature_in(must(sign_webhook({"msg_1", "1", body}, seed())));
  // The same bytes as a note carries them, with the hash of the key that a real note has.
  const std::string real = must(sign_note("stagepass receipt 1\n", name, seed()));
  const auto mark = real.rfind(' ');
  auto bytes = *from_base64(real.substr(mark + 1, real.size() - mark - 2));
  std::copy(signature.begin(), signature.end(), bytes.begin() + 4);
  const VerifierKey key = verifier_key_of(name, seed());
  for (const char* end : {"", "\n"}) {
    const std::string note =
        fmt::format("msg_1.1.{}{}\n\u2014 {} {}\n", body, end, name, to_base64(bytes));
    CHECK_FALSE(open_note(note, key));
  }
  REQUIRE(open_note(real, key));
}

TEST_CASE("Webhook signature: no text of a note is a message however it is cut") {
  for (const std::string text :
       {"stagepass receipt 1\nsigned by: stagepass/00.11\ngrant: g-7f3k9q2m5x\ncase: "
        "a.1900000000.{\n"
        "recipient: x.1.{}\n",
        "stagepass/00112233445566778899aabbccddeeff\n57\nAAAA\ntime 2030.1.{}\n"}) {
    REQUIRE(sign_note(text, "stagepass/test", seed()));
    for (auto first = text.find('.'); first != std::string::npos;
         first = text.find('.', first + 1)) {
      for (auto second = text.find('.', first + 1); second != std::string::npos;
           second = text.find('.', second + 1)) {
        CHECK_FALSE(sign_webhook({std::string_view(text).substr(0, first),
                                  std::string_view(text).substr(first + 1, second - first - 1),
                                  std::string_view(text).substr(second + 1)},
                                 seed()));
      }
    }
  }
}

TEST_CASE("Webhook signature: it verifies and nothing else does") {
  const WebhookMessage message{"msg_1", "1900000000", R"({"event":"end"})"};
  const std::string good = must(sign_webhook(message, seed()));
  const VerifierKey key = verifier_key_of("stagepass/test", seed());
  must(verify_webhook(message, good, key));
  must(verify_webhook(message, "v1,AAAA " + good, key));
  must(verify_webhook(message, good + " v1a,AAAA", key));
  const VerifierKey other =
      verifier_key_of("stagepass/test", Secret::make(32, [](MutableBytes) {}));
  CHECK(error_of(verify_webhook(message, good, other)) == Errc::corrupt);
  for (const auto& edited : std::vector<WebhookMessage>{{"msg_2", "1900000000", message.body},
                                                        {"msg_1", "1900000001", message.body},
                                                        {"msg_1", "1900000000", "{}"}}) {
    CHECK(error_of(verify_webhook(edited, good, key)) == Errc::corrupt);
  }
  for (std::size_t i = 4; i + 2 < good.size(); ++i) {
    std::string edited = good;
    edited[i] = edited[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(verify_webhook(message, edited, key));
  }
  for (const char* none : {"", " ", "v1a,", "v1a,AAAA", "v1,AAAA", "AAAA"}) {
    CHECK(error_of(verify_webhook(message, none, key)) == Errc::invalid_argument);
  }
  CHECK(error_of(verify_webhook({"a.b", "1", "{}"}, good, key)) == Errc::invalid_argument);
}

TEST_CASE("Webhook signature: the key is written as verifiers of Standard Webhooks take it") {
  const VerifierKey key = verifier_key_of("stagepass/test", seed());
  CHECK(encode_webhook_key(key) == "whpk_" + to_base64(key.public_key));
}

}  // namespace
}  // namespace stagepass::vault
