// What a hostile account runs: the tests copy this program into its home.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

/// Nothing of this survives a test that fails, not even unseen.
constexpr unsigned kLongestLife = 60;

void say_up() {
  std::cout << "up" << std::endl;
}

/// The main thread ends, another goes on: /proc shows the whole process as a zombie.
[[noreturn]] void outlive_the_main_thread() {
  std::thread([] {
    for (;;) {
      ::pause();
    }
  }).detach();
  for (;;) {
    ::syscall(SYS_exit, 0);
  }
}

/// Stops whoever joins the account's processes, also a root process that gave up its uid.
[[noreturn]] void stop_everybody() {
  say_up();
  for (;;) {
    ::kill(-1, SIGSTOP);
  }
}

/// Keeps some children with the given title: whoever ends one sees another arrive.
[[noreturn]] void keep_arriving(const char* title) {
  constexpr int kAtOnce = 20;
  for (int born = 0;; ++born) {
    if (born == kAtOnce) {
      say_up();
    }
    if (born >= kAtOnce) {
      ::wait(nullptr);
    }
    if (::fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::execl("/proc/self/exe", title, "wait", nullptr);
      ::_exit(1);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::alarm(kLongestLife);
  const std::string_view deed = argc > 1 ? argv[1] : "";
  if (deed == "outlive") {
    outlive_the_main_thread();
  }
  if (deed == "stop") {
    stop_everybody();
  }
  if (deed == "arrive" && argc > 2) {
    keep_arriving(argv[2]);
  }
  ::pause();
  return EXIT_SUCCESS;
}
