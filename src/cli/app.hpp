#pragma once

#include <stagepass/core/clock.hpp>

namespace stagepass::cli {

/// The program: hardens the process, reads the command line, runs one command and returns its exit
/// status. Everything but `clock` it makes itself; tests give a clock that they can move.
[[nodiscard]] int run_program(int argc, char** argv, Clock& clock);

}  // namespace stagepass::cli
