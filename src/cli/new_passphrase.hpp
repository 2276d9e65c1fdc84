#pragma once

#include "cli/context.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <string>

namespace stagepass::cli {

/// A passphrase that somebody chooses now: asked for twice, or made and shown on the terminal if
/// nothing is typed. Errors: as `Terminal::ask_secret`; `invalid_argument` for two that differ, or
/// one that is too short.
[[nodiscard]] Result<Secret> ask_new_passphrase(Context& context);

/// The same from a private file, for scripts.
[[nodiscard]] Result<Secret> read_new_passphrase(const std::string& file);

/// The passphrase file or descriptor of the global options, if one was given; else as
/// `ask_new_passphrase`.
[[nodiscard]] Result<Secret> given_or_new_passphrase(Context& context);

/// Errors: `invalid_argument` for one that is too short.
[[nodiscard]] Result<Secret> require_long_enough(Secret passphrase);

[[nodiscard]] bool is_passphrase_given(const Context& context);

}  // namespace stagepass::cli
