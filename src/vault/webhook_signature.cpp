#include <stagepass/core/base64.hpp>
#include <stagepass/vault/webhook_signature.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <vault/bytes.hpp>
#include <vault/signing_key.hpp>

namespace stagepass::vault {
namespace {

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

}  // namespace

Result<std::string> sign_webhook(const WebhookMessage& message, const Secret& seed) {
  if (!has_shape(message) || seed.size() != crypto_sign_SEEDBYTES) {
    return fail(Errc::internal, "this is no message of a webhook");
  }
  const SigningKey pair(seed);
  const std::string text = fmt::format("{}.{}.{}", message.id, message.timestamp, message.body);
  const Bytes signed_bytes = bytes_of(text);
  std::array<std::uint8_t, crypto_sign_BYTES> signature{};
  ::crypto_sign_detached(signature.data(), nullptr, signed_bytes.data(), signed_bytes.size(),
                         pair.secret_key.reveal().data());
  return "v1a," + to_base64(signature);
}

Secret signing_seed_of(const FileKey& key, const std::string& vault_id) {
  return signing_seed_under(service_key_of(key, vault_id), vault_id);
}

std::string encode_webhook_key(const VerifierKey& key) {
  return "whpk_" + to_base64(key.public_key);
}

}  // namespace stagepass::vault
