#pragma once

#include <stagepass/ports/process.hpp>
#include <stagepass/system/files.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>

namespace stagepass::system {

using SteadyTime = std::chrono::steady_clock::time_point;

/// One spawned program with its pipes and its process group. The destructor kills the group and
/// reaps the program.
///
/// Threads: one at a time. Everything happens in one poll loop, so that a program that writes much
/// before it reads, or reads nothing, cannot block us.
class ChildProcess final {
 public:
  /// `command.input` must live until the input is written or this object is gone.
  [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> spawn(const Command& command);

  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&&) = delete;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  /// Moves input and output until `done()` says so (true) or `deadline` has passed (false).
  bool pump(SteadyTime deadline, const std::function<bool()>& done);

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool input_written() const { return !input_; }
  [[nodiscard]] bool overflowed() const { return output_.overflowed || error_.overflowed; }
  [[nodiscard]] const std::string& output() const { return output_.text; }
  [[nodiscard]] const std::string& error_output() const { return error_.text; }

  /// Drops what is not yet written: the caller's input may go.
  void close_input();

  /// Asks the group to end, and insists after two seconds.
  void terminate();

  /// For an ended program: kills what it left running, takes the rest of its output, reaps it.
  [[nodiscard]] CommandOutput collect();

 private:
  struct Stream {
    FileDescriptor fd;
    std::string text;
    bool overflowed = false;
  };

  ChildProcess(pid_t pid, std::size_t output_limit) : pid_(pid), output_limit_(output_limit) {}
  void poll_once(SteadyTime deadline);
  void write_input();
  void read_available(Stream& stream) const;
  void kill_group(int signal) const;
  int reap();

  pid_t pid_;
  std::size_t output_limit_;
  FileDescriptor handle_;  ///< a pidfd: readable once the program has ended
  FileDescriptor input_;
  Bytes pending_input_;
  Stream output_;
  Stream error_;
  bool ended_ = false;
  bool reaped_ = false;
};

}  // namespace stagepass::system
