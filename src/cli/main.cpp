#include "cli/app.hpp"

#include <stagepass/system/system_clock.hpp>

int main(int argc, char** argv) {
  stagepass::system::SystemClock clock;
  return stagepass::cli::run_program(argc, argv, clock);
}
