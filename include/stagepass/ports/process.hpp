#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// A program to run. Never a shell line: `argv[0]` is an absolute path, the rest goes as it stands.
struct Command {
  std::vector<std::string> argv;  ///< no secrets: other users can read it
  /// The whole environment of the child beside a fixed PATH and LC_ALL=C; no secrets here either.
  std::map<std::string, std::string> environment;
  const Secret* input = nullptr;  ///< written to standard input, then closed; empty input if null
  Timeout timeout = std::chrono::seconds(30);
  std::size_t output_limit = 64UL * 1024;  ///< of stdout and of stderr each; more is an error
};

struct CommandOutput {
  int exit_status = 0;  ///< 128 + signal if a signal ended it
  std::string standard_output;
  std::string standard_error;  ///< foreign text: escape before showing
};

/// A program that goes on while we do something else. The destructor ends its whole process group.
class RunningCommand {
 public:
  virtual ~RunningCommand() = default;
  /// Waits up to `patience`; true if the program has ended.
  [[nodiscard]] virtual bool ended_within(Timeout patience) = 0;
  /// Waits up to `patience` for a line on its standard output that contains `text`, and returns the
  /// line (foreign text). Errors: `unreachable` if none came or the program ended.
  [[nodiscard]] virtual Result<std::string> wait_for_output(std::string_view text,
                                                            Timeout patience) = 0;
};

/// Runs programs.
///
/// Guarantees: no inherited descriptors beside 0, 1, 2; own process group, killed as a whole at
/// the time-out; no core dumps; the child inherits nothing of our environment.
/// Threads: safe from any thread.
/// Failure: `not_found` if the program does not exist, `permission_denied` if it may not be run,
/// `unreachable` if the time-out passed or the output limit was exceeded. A non-zero exit status
/// is not an error here.
/// Secrets: `input` only.
class Process {
 public:
  virtual ~Process() = default;
  [[nodiscard]] virtual Result<CommandOutput> run(const Command& command) = 0;
  /// `command.timeout` bounds the whole life of the program.
  [[nodiscard]] virtual Result<std::unique_ptr<RunningCommand>> start(const Command& command) = 0;
};

}  // namespace stagepass
