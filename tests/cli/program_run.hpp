#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::tests {

/// A program as a test runs it: a session of its own, without a terminal unless asked for.
struct ProgramRun {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  std::filesystem::path folder;
  std::string input;  ///< its stdin, unless `terminal` is `all`

  /// none: no controlling terminal. prompts: there is one, stdin, stdout and stderr are pipes.
  /// all: stdin, stdout and stderr are the terminal too.
  enum class Terminal { none, prompts, all };
  Terminal terminal = Terminal::none;
  /// What a person types on the terminal: a line whenever a prompt waits for one.
  std::vector<std::string> typed;
};

struct ProgramOutcome {
  int exit_status = 0;  ///< 128 + signal if a signal ended it
  std::string standard_output;
  std::string standard_error;
  std::string terminal;
};

/// Runs it to its end, at most a minute.
[[nodiscard]] ProgramOutcome run(const ProgramRun& program);

}  // namespace stagepass::tests
