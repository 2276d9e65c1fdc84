#pragma once

#include <functional>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace stagepass::tests {

/// Another process that runs `work`. A store must be opened inside: a connection does not survive
/// a fork.
class ChildProcess final {
 public:
  explicit ChildProcess(const std::function<bool()>& work) : pid_(::fork()) {
    if (pid_ < 0) {
      throw std::runtime_error("cannot fork");
    }
    if (pid_ == 0) {
      ::_exit(succeeds(work) ? 0 : 1);
    }
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&& other) noexcept : pid_(other.pid_) { other.pid_ = 0; }
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess() {
    if (pid_ > 0) {
      ::waitpid(pid_, nullptr, 0);
    }
  }

  /// Waits for its end; true if `work` returned true.
  [[nodiscard]] bool succeeded() {
    int status = 0;
    const bool waited = ::waitpid(pid_, &status, 0) == pid_;
    pid_ = 0;
    return waited && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  static bool succeeds(const std::function<bool()>& work) {
    try {
      return work();
    } catch (const std::exception&) {
      return false;
    }
  }

  ::pid_t pid_;
};

}  // namespace stagepass::tests
