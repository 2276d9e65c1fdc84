#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <vault/key_parameters.hpp>

namespace stagepass::vault {

/// Argon2id of a passphrase: 32 bytes. Errors: `unavailable` if its memory cannot be had.
[[nodiscard]] Result<Secret> stretch(const Secret& passphrase,
                                     const PassphraseParameters& parameters);

}  // namespace stagepass::vault
