#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/vault.hpp>

namespace stagepass::vault {

/// A copy of a key file for a safe: its key, sealed with a passphrase of its own.
///
/// It does not hold the keyring, and must not: whoever had an exported keyring would open an older
/// copy of the database after a rotation has destroyed its epochs, and nothing would be destroyed.
///
/// Guarantees: one line of text, "stagepass-key-export 1 <base64>"; Argon2id of the passphrase with
/// a salt of its own; any change of it is noticed.
/// Failure: below.
/// Secrets: the passphrase, and the key while it is sealed or opened.
/// Based on: the box in SECURITY.md; caps on Argon2id when read as for a vault's passphrase.

/// Errors: `invalid_argument` for an empty passphrase or a cost out of bounds; `unavailable` if the
/// memory for Argon2id cannot be had.
[[nodiscard]] Result<Secret> encode_key_export(const FileKey& key, const Secret& passphrase,
                                               const PassphraseCost& cost, Random& random);

/// Errors: `invalid_argument` for what is no such text; `locked` for a wrong passphrase or an edited
/// text, which cannot be told apart; `unavailable` as above.
[[nodiscard]] Result<FileKey> decode_key_export(const Secret& text, const Secret& passphrase);

}  // namespace stagepass::vault
