#pragma once

#include "cli/command.hpp"

namespace stagepass::cli {

// The commands below `stagepass case`, one file each.

void add_case_open_command(Command& app, Context& context);
void add_case_timebox_command(Command& app, Context& context);
void add_case_close_command(Command& app, Context& context);

}  // namespace stagepass::cli
