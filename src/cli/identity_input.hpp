#pragma once

#include "cli/context.hpp"

#include <stagepass/age/identity.hpp>
#include <stagepass/core/result.hpp>

#include <string>
#include <vector>

namespace stagepass::cli {

/// What opens a hand-off: the keys of the files that were named, else of ~/.config/stagepass/identity and
/// ~/.ssh/id_ed25519, whichever there are. Errors: `not_found` if there is none, `invalid_argument` for a file that
/// others may read or that holds no key.
[[nodiscard]] Result<std::vector<age::Identity>> read_identities(
    const std::vector<std::string>& files);

/// The passphrase that a block was sealed with, asked for on the terminal.
[[nodiscard]] Result<std::vector<age::Identity>> ask_for_passphrase(Context& context);

}  // namespace stagepass::cli
