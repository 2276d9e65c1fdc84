// stagepass with a clock that tests can move: STAGEPASS_TEST_CLOCK names the file it stands in.
#include "cli/app.hpp"

#include <cli/file_clock.hpp>

#include <cstdlib>

int main(int argc, char** argv) {
  const char* file = std::getenv("STAGEPASS_TEST_CLOCK");  // NOLINT(concurrency-mt-unsafe): alone
  stagepass::tests::FileClock clock(file == nullptr ? "" : file);
  return stagepass::cli::run_program(argc, argv, clock);
}
