#include <stagepass/core/base64.hpp>
#include <stagepass/vault/webhook_signature.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vault/bytes.hpp>
#include <vault/signing_key.hpp>
#include <vector>

namespace stagepass::vault {
namespace {

constexpr std::string_view kKind = "v1a,";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_id_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

template <class Allows>
bool consists_of(std::string_view text, Allows allows) {
  return !text.empty() && std::all_of(text.begin(), text.end(), allows);
}

/// The shape that no signed note has; see the header.
bool has_shape(const WebhookMessage& message) {
  return consists_of(message.id, is_id_character) && consists_of(message.timestamp, is_digit) &&
         message.body.starts_with('{') && message.body.ends_with('}') &&
         message.body.find('\n') == std::string_view::npos;
}

std::string signed_text(const WebhookMessage& message) {
  return fmt::format("{}.{}.{}", message.id, message.timestamp, message.body);
}

/// Of kinds that we do not know there may be others beside ours.
std::optional<std::vector<std::uint8_t>> signature_in(std::string_view word) {
  if (!word.starts_with(kKind)) {
    return std::nullopt;
  }
  auto bytes = from_base64(word.substr(kKind.size()));
  return bytes && bytes->size() == crypto_sign_BYTES ? bytes : std::nullopt;
}

}  // namespace

Result<std::string> sign_webhook(const WebhookMessage& message, const Secret& seed) {
  if (!has_shape(message) || seed.size() != crypto_sign_SEEDBYTES) {
    return fail(Errc::internal, "this is no message of a webhook");
  }
  const SigningKey pair(seed);
  const std::string text = signed_text(message);
  const Bytes signed_bytes = bytes_of(text);
  std::array<std::uint8_t, crypto_sign_BYTES> signature{};
  ::crypto_sign_detached(signature.data(), nullptr, signed_bytes.data(), signed_bytes.size(),
                         pair.secret_key.reveal().data());
  return std::string(kKind) + to_base64(signature);
}

Result<void> verify_webhook(const WebhookMessage& message, std::string_view signatures,
                            const VerifierKey& key) {
  if (!has_shape(message)) {
    return fail(Errc::invalid_argument, "this is no message that a vault has signed",
                "give id and timestamp as the headers have them, and the body byte for byte");
  }
  const std::string text = signed_text(message);
  const Bytes signed_bytes = bytes_of(text);
  bool has_any = false;
  while (!signatures.empty()) {
    const std::string_view word = signatures.substr(0, signatures.find(' '));
    signatures.remove_prefix(std::min(word.size() + 1, signatures.size()));
    const auto signature = signature_in(word);
    has_any = has_any || signature;
    if (signature &&
        ::crypto_sign_verify_detached(signature->data(), signed_bytes.data(), signed_bytes.size(),
                                      key.public_key.data()) == 0) {
      return {};
    }
  }
  return has_any ? fail(Errc::corrupt,
                        "the signature does not match: the message was edited, or somebody else "
                        "has signed it",
                        "do not rely on it")
                 : fail(Errc::invalid_argument, "there is no signature of a vault",
                        "give the header webhook-signature: v1a, and base64");
}

Secret signing_seed_of(const FileKey& key, const std::string& vault_id) {
  return signing_seed_under(service_key_of(key, vault_id), vault_id);
}

std::string encode_webhook_key(const VerifierKey& key) {
  return "whpk_" + to_base64(key.public_key);
}

}  // namespace stagepass::vault
