#pragma once

#include "targets/command/transport.hpp"

#include <string>
#include <utility>

namespace stagepass::targets {

/// A program file of this host, run without arguments.
///
/// Guarantees: the file is checked before every run (see `check_program_file`).
class LocalProgram final : public Transport {
 public:
  explicit LocalProgram(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] const std::string& name() const override { return path_; }
  [[nodiscard]] std::string_view speaker() const override { return "the program"; }
  [[nodiscard]] Result<Call> call(Timeout timeout) const override;
  [[nodiscard]] Failure failure(const CommandOutput& output) const override;

 private:
  std::string path_;
};

}  // namespace stagepass::targets
