#pragma once

#include "cli/command.hpp"

#include <stagepass/ports/target_driver.hpp>

#include <vector>

namespace stagepass::cli {

void add_target_add_command(Command& target, Context& context);
void add_target_set_command(Command& target, Context& context);

/// "ok" and "problem" lines on stderr, each problem with its remedy ready to paste.
void tell_findings(Terminal& terminal, const std::vector<Finding>& findings);

}  // namespace stagepass::cli
