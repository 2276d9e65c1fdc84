// The whole command line; what it asks for is not run.

#include "cli/command_line.hpp"

#include <cstdio>
#include <fuzz/fuzz.hpp>
#include <support/fake_clock.hpp>

namespace stagepass::fuzz {
namespace {

/// --help and the like go to standard output.
void silence_output() {
  static const bool is_silent = std::freopen("/dev/null", "w", stdout) != nullptr;
  require(is_silent, "there is a /dev/null");
}

void try_command_line(std::string_view input) {
  silence_output();
  // Arguments end with a NUL, as in /proc/PID/cmdline. Without any, help goes to standard error.
  std::vector<std::string> arguments = {"stagepass"};
  do {
    arguments.emplace_back(take_until(input, '\0'));
  } while (!input.empty());
  std::vector<char*> argv;
  argv.reserve(arguments.size());
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  static tests::FakeClock clock;
  cli::Context context(clock);
  const auto read = cli::read_command_line(context, static_cast<int>(argv.size()), argv.data());
  if (!read) {
    require(read.error().code == Errc::invalid_argument, "a wrong argument is one");
    require_safe(read.error());
    require(!context.chosen, "after an error nothing is run");
  } else {
    require(*read == cli::ExitStatus::ok, "what can be read is right");
  }
}

const Registration registration({"command_line", try_command_line});

}  // namespace
}  // namespace stagepass::fuzz
