#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <string>
#include <string_view>

namespace stagepass::vault {

/// What a webhook carries, as its receiver sees it.
struct WebhookMessage {
  std::string_view id;         ///< letters, digits, "-" and "_"
  std::string_view timestamp;  ///< seconds since 1970, as digits
  std::string_view body;       ///< a JSON object on one line, without an end of the line
};

/// "v1a," and the base64 of an Ed25519 signature over "id.timestamp.body": what stands in the header webhook-signature.
///
/// Guarantees: no signature made here is one of a signed note, nor the other way round, although both are made with one
/// key. What a note signs ends with a line end, and this ends with "}". And in the first line of every note of ours,
/// "stagepass receipt 1" or the signer of a checkpoint, there is no dot: to be taken for "id.timestamp.body" it would
/// need an id with a line end in it, which no HTTP header carries.
/// Failure: `internal` for a message that is not of this shape.
/// Secrets: uses the seed and forgets it.
/// Based on: Standard Webhooks, asymmetric signatures.
[[nodiscard]] Result<std::string> sign_webhook(const WebhookMessage& message, const Secret& seed);

/// Is one of `signatures`, as they stand in the header with blanks between them, by this key? How old the message is has
/// its receiver to judge. Errors: `invalid_argument` for what is no signed message; `corrupt` if none matches: message or
/// signature was edited, or somebody else signed it.
[[nodiscard]] Result<void> verify_webhook(const WebhookMessage& message,
                                          std::string_view signatures, const VerifierKey& key);

/// The seed of the key that signs for a vault: that of its receipts.
[[nodiscard]] Secret signing_seed_of(const FileKey& key, const std::string& vault_id);

/// "whpk_BASE64": the public key as verifiers of Standard Webhooks take it.
[[nodiscard]] std::string encode_webhook_key(const VerifierKey& key);

}  // namespace stagepass::vault
