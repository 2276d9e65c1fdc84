#pragma once

#include "targets/deadline.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/process.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// Runs the host's own administration programs (`useradd`, `sshd` …) by their names.
///
/// Failure: `not_found` if the program is not installed, `unreachable` if the deadline passed.
class HostTools final {
 public:
  explicit HostTools(Process& process) : process_(process) {}

  /// The absolute path of a program in the system's own folders; PATH is not asked.
  [[nodiscard]] static std::optional<std::string> find(std::string_view program);

  /// Runs `argv` and gives its output, whatever the exit status.
  [[nodiscard]] Result<CommandOutput> run(std::vector<std::string> argv, const Deadline& deadline,
                                          const Secret* input = nullptr) const;

  /// Runs `argv`; an exit status other than 0 is `unavailable` with what the program said.
  [[nodiscard]] Result<void> must_run(std::vector<std::string> argv, const Deadline& deadline,
                                      const Secret* input = nullptr) const;

 private:
  Process& process_;
};

/// "useradd failed (exit status 4): uid 70001 is not unique"
[[nodiscard]] Failure failed_program(std::string_view program, const CommandOutput& output);

}  // namespace stagepass::targets
