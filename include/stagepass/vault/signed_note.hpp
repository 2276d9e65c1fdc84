#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace stagepass::vault {

/// Whose signature a note carries: a name and an Ed25519 public key.
struct VerifierKey {
  std::string name;
  std::array<std::uint8_t, 32> public_key{};
};

/// "NAME+HASH+BASE64", one word that can be pasted.
[[nodiscard]] std::string encode_verifier_key(const VerifierKey& key);

/// Errors: `invalid_argument` for anything else, also for a key whose hash does not match.
[[nodiscard]] Result<VerifierKey> parse_verifier_key(std::string_view text);

/// A signer named `name` whose key follows from the 32 bytes of `seed`.
[[nodiscard]] VerifierKey verifier_key_of(std::string name, const Secret& seed);

/// A text that a person reads, with a signature below it.
///
/// Guarantees: the same text, name and seed give the same note; any verifier of C2SP signed notes
/// can check it.
/// Failure: `internal` for a text that no note can carry: not UTF-8, without a line end, or with
/// control characters.
/// Secrets: uses the seed and forgets it.
/// Based on: c2sp.org/signed-note.
[[nodiscard]] Result<std::string> sign_note(std::string_view text, const std::string& name,
                                            const Secret& seed);

/// The text of a note that `key` has signed; other signatures are ignored. Errors:
/// `invalid_argument` for what is no note, or one that `key` has not signed; `corrupt` if its
/// signature does not match: text or signature was edited.
[[nodiscard]] Result<std::string> open_note(std::string_view note, const VerifierKey& key);

}  // namespace stagepass::vault
