#pragma once

#include <stagepass/ports/process.hpp>

namespace stagepass::system {

/// Programs through posix_spawn; see Process for the guarantees.
///
/// A program that outlives its time-out gets SIGTERM, two seconds later SIGKILL, with its whole
/// group; what it leaves running when it ends is killed too. A started program is held to its
/// time-out whenever it is waited for; one that we had to end never counts as having ended itself.
class PosixProcess final : public Process {
 public:
  /// Ignores SIGPIPE from now on: a program that does not read its input must not end ours.
  PosixProcess();

  [[nodiscard]] Result<CommandOutput> run(const Command& command) override;
  [[nodiscard]] Result<std::unique_ptr<RunningCommand>> start(const Command& command) override;
};

}  // namespace stagepass::system
