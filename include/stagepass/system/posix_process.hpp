#pragma once

#include <stagepass/ports/process.hpp>

namespace stagepass::system {

/// Programs through posix_spawn; see Process for the guarantees.
class PosixProcess final : public Process {
 public:
  [[nodiscard]] Result<CommandOutput> run(const Command& command) override;
  [[nodiscard]] Result<std::unique_ptr<RunningCommand>> start(const Command& command) override;
};

}  // namespace stagepass::system
