#pragma once

#include <exception>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace stagepass::tests {

/// What `check` says in a forked child, where it may change user, limits or environment for good.
inline bool holds_in_child(const std::function<bool()>& check) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    bool holds = false;
    try {
      holds = check();
    } catch (const std::exception&) {
      holds = false;
    }
    ::_exit(holds ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Drops root for good; without root nothing needs dropping.
inline void become_nobody() {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() == 0 && (::setresgid(kNobody, kNobody, kNobody) != 0 ||
                           ::setresuid(kNobody, kNobody, kNobody) != 0)) {
    ::_exit(3);
  }
}

}  // namespace stagepass::tests
