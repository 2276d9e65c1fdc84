#pragma once

#include "cli/command.hpp"

namespace stagepass::cli {

/// The commands below `stagepass keys` that have files of their own.

void add_change_passphrase_command(Command& keys, Context& context);
void add_key_export_commands(Command& keys, Context& context);

}  // namespace stagepass::cli
