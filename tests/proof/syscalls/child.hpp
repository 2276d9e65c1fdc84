#pragma once

#include "supervisor.hpp"

#include <stagepass/system/files.hpp>

#include <functional>
#include <string>

namespace stagepass::proof {

/// A program started with its output going to memory. `before_exec` runs in the new process.
class Child final {
 public:
  Child(const Program& program, const std::function<bool()>& before_exec);

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What it printed so far.
  [[nodiscard]] ProgramEnd end(int wait_status) const;

 private:
  system::FileDescriptor output_;
  system::FileDescriptor error_;
  pid_t pid_ = -1;
};

/// Interrupts the waiting for a program after a minute.
class Deadline final {
 public:
  Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  Deadline(Deadline&&) = delete;
  Deadline& operator=(Deadline&&) = delete;
  ~Deadline();
};

}  // namespace stagepass::proof
