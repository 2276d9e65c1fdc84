// Hardens itself and tells what came of it, one fact a line: what the start-up test looks at.
#include <stagepass/system/startup.hpp>

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
// The search for leaks traces the program, which a hardened one that is not root's does not allow.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer calls it by this name
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}
#endif

namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

bool ignores(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

}  // namespace

int main() {
  if (const auto hardened = stagepass::system::harden_process(); !hardened) {
    fmt::print("refused: {}\n", hardened.error().message);
    return 1;
  }
  struct rlimit core {};
  ::getrlimit(RLIMIT_CORE, &core);
  fmt::print("core limit {} {}\n", core.rlim_cur, core.rlim_max);
  fmt::print("dumpable {}\n", ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
  fmt::print("umask {:o}\n", ::umask(0));
  fmt::print("open {} {} {}\n", is_open(0), is_open(1), is_open(2));
  fmt::print("pipe ignored {}\nchild ignored {}\n", ignores(SIGPIPE), ignores(SIGCHLD));
  fmt::print("actor {}\n", stagepass::system::current_actor());
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    fmt::print("env {}\n", *entry);
  }
  return 0;
}
