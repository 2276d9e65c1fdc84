#pragma once

#include "cli/exit_status.hpp"
#include "cli/terminal.hpp"

#include <stagepass/core/clock.hpp>
#include <stagepass/core/result.hpp>

#include <functional>
#include <optional>
#include <string>

namespace stagepass::cli {

/// What may be said with every command.
struct GlobalOptions {
  std::string home;
  std::string key_file;
  std::string passphrase_file;
  std::optional<std::string> passphrase_fd;
  bool json = false;
  bool no_input = false;
  bool quiet = false;
};

/// What every command works with.
struct Context {
  explicit Context(Clock& clock) : machine_clock(clock) {}

  GlobalOptions options;
  Terminal terminal;
  Clock& machine_clock;  ///< for a vault's own time ask its session
  /// The command that was asked for, set while the command line is read.
  std::function<Result<ExitStatus>()> chosen;
  /// What went wrong when the command's session was closed; told beside the command's own outcome.
  std::string afterthought;
};

}  // namespace stagepass::cli
