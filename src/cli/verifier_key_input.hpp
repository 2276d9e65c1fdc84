#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <string>

namespace stagepass::cli {

/// A vault's public key as a person gives it: the key itself, or the name of a file that holds it.
[[nodiscard]] Result<vault::VerifierKey> read_verifier_key(const std::string& given);

}  // namespace stagepass::cli
