#pragma once

#include "cli/context.hpp"

#include <stagepass/core/result.hpp>

namespace stagepass::cli {

/// Reads the command line into `context`: the global options, and the command as
/// `context.chosen`. `--help`, `--version`, `--exit-codes` and no arguments at all are answered
/// here, with the exit status. Errors: `invalid_argument`, with the nearest command for a misspelt
/// one.
[[nodiscard]] Result<ExitStatus> read_command_line(Context& context, int argc, char** argv);

}  // namespace stagepass::cli
