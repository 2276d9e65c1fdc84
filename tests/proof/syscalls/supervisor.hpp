#pragma once

#include "traced_calls.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace stagepass::proof {

struct Program {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  std::filesystem::path folder;  ///< where it runs
};

struct ProgramEnd {
  int exit_status = 0;  ///< 128 + signal if a signal ended it
  bool was_killed = false;
  bool took_too_long = false;  ///< and was killed for it
  std::string faulting_file;   ///< supervised only: whose code did what is forbidden (SIGSEGV)
  std::string standard_output;
  std::string standard_error;
};

/// Runs the program as it is, at most a minute.
[[nodiscard]] ProgramEnd run(const Program& program);

/// A system call that the program is about to make, or has made.
struct Call {
  std::int64_t point = 0;  ///< counted from 0
  pid_t thread = 0;
  long number = 0;
  std::array<std::uint64_t, 6> arguments{};
};

/// Decides what becomes of the program at each point.
class Watcher {
 public:
  virtual ~Watcher() = default;

  enum class Next { go_on, kill };
  struct Verdict {
    enum class Kind {
      go_on,
      wait_for_result,  ///< makes the call and asks `made`
      kill,             ///< SIGKILL before the call is made
      refuse,           ///< the call is not made and fails with `error`
    };
    Kind kind = Kind::go_on;
    int error = 0;
  };
  [[nodiscard]] virtual Verdict about_to(const Call& call) = 0;
  [[nodiscard]] virtual Next made(const Call& /*call*/, std::int64_t /*result*/) {
    return Next::go_on;
  }
};

/// Runs the unmodified program and stops it at each of its points. The programs it starts are let
/// through; the end of the last of them is waited for, because a request on its way to a target
/// goes on when the one who sent it is dead. Sessions that sleep until somebody ends them stay.
///
/// Based on: seccomp_unotify's elder brother SECCOMP_RET_TRACE with ptrace(2), as in strace
/// --seccomp-bpf.
[[nodiscard]] ProgramEnd supervise(const Program& program, CallSet points, Watcher& watcher);

/// Kills the sessions that are left.
void end_left_running();

/// What the stopped program has at `address`.
[[nodiscard]] std::string memory_of(pid_t thread, std::uint64_t address, std::size_t size);
/// The text that ends with a zero byte.
[[nodiscard]] std::string text_of(pid_t thread, std::uint64_t address);

}  // namespace stagepass::proof
