#include "supervisor.hpp"

#include "child.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <linux/seccomp.h>
#include <set>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace stagepass::proof {
namespace {

constexpr auto kOptions = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                          PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL |
                          PTRACE_O_TRACESYSGOOD;
constexpr int kSyscallStop = SIGTRAP | 0x80;

/// In the new process. The parent seizes it while it is stopped.
bool install(const std::vector<sock_filter>& filter) {
  std::vector<sock_filter> copy = filter;
  const sock_fprog program = {static_cast<unsigned short>(copy.size()), copy.data()};
  return ::raise(SIGSTOP) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

pid_t process_of(pid_t thread) {
  std::ifstream status("/proc/" + std::to_string(thread) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Tgid:")) {
      return std::stoi(line.substr(5));
    }
  }
  return 0;
}

/// The call at which `thread` stands, or has just returned from.
struct __ptrace_syscall_info call_info(pid_t thread) {
  struct __ptrace_syscall_info info {};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0) {
    info.op = PTRACE_SYSCALL_INFO_NONE;  // it was killed while it stood
  }
  return info;
}

/// No such call number: the kernel skips it and returns what is in rax.
void refuse_call(pid_t thread, int error) {
  user_regs_struct registers{};
  if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) == 0) {
    registers.orig_rax = static_cast<unsigned long long>(-1);
    registers.rax = static_cast<unsigned long long>(-error);
    ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
  }
}

/// The traced processes and threads that have been seen and have not ended.
std::set<pid_t>& alive() {
  static std::set<pid_t> pids;
  return pids;
}

/// In pause(2), where a session of a fake target waits for its end.
bool is_asleep(pid_t pid) {
  long call = -1;
  std::ifstream("/proc/" + std::to_string(pid) + "/syscall") >> call;
  return call == SYS_pause;
}

/// The program or library whose code `thread` runs.
std::string file_of_code(pid_t thread) {
  user_regs_struct registers{};
  ::ptrace(PTRACE_GETREGS, thread, nullptr, &registers);
  std::ifstream maps("/proc/" + std::to_string(thread) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto dash = line.find('-');
    const auto begin = std::stoull(line, nullptr, 16);
    const auto end = std::stoull(line.substr(dash + 1), nullptr, 16);
    if (registers.rip >= begin && registers.rip < end) {
      const auto slash = line.find('/');
      return slash == std::string::npos ? "nameless code" : line.substr(slash);
    }
  }
  return "no code at all";
}

class Supervision final {
 public:
  Supervision(pid_t program, Watcher& watcher) : program_(program), watcher_(&watcher) {}

  void run() {
    seize();
    const Deadline deadline;
    while (true) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, __WALL | (is_over_ ? WNOHANG : 0));
      if (pid > 0) {
        note(pid, status);
      } else if (pid < 0 && errno == EINTR) {
        took_too_long_ = true;
        kill_everything();
      } else if (pid < 0 || all_are_asleep()) {
        return;
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    }
  }

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& faulting_file() const { return faulting_file_; }
  [[nodiscard]] bool took_too_long() const { return took_too_long_; }

 private:
  void seize() const {
    int status = 0;
    if (::waitpid(program_, &status, WUNTRACED) != program_ || !WIFSTOPPED(status) ||
        ::ptrace(PTRACE_SEIZE, program_, nullptr, kOptions) != 0) {
      throw std::runtime_error("cannot trace a program: " + system::describe_errno(errno));
    }
    ::kill(program_, SIGCONT);
  }

  void note(pid_t pid, int status) {
    if (!WIFSTOPPED(status)) {
      counted_.erase(pid);
      alive().erase(pid);
      if (pid == program_) {
        status_ = status;
        is_over_ = true;
      }
      return;
    }
    alive().insert(pid);
    const int event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) {
      return before_call(pid);
    }
    if (WSTOPSIG(status) == kSyscallStop) {
      return after_call(pid);
    }
    if (event == PTRACE_EVENT_EXEC && pid == program_) {
      armed_ = true;
    }
    if (event == 0 && WSTOPSIG(status) == SIGSEGV) {
      faulting_file_ = file_of_code(pid);
    }
    go_on(pid, event == 0 ? WSTOPSIG(status) : 0);
  }

  bool is_counted(pid_t pid) {
    if (!armed_) {
      return false;
    }
    const auto [entry, is_new] = counted_.try_emplace(pid, false);
    if (is_new) {
      entry->second = process_of(pid) == program_;
    }
    return entry->second;
  }

  void before_call(pid_t pid) {
    const struct __ptrace_syscall_info info = call_info(pid);
    if (info.op != PTRACE_SYSCALL_INFO_SECCOMP || !is_counted(pid)) {
      return go_on(pid, 0);
    }
    const Call call = call_of(pid, info);
    const Watcher::Verdict verdict = watcher_->about_to(call);
    using Kind = Watcher::Verdict::Kind;
    if (verdict.kind == Kind::kill) {
      ::kill(program_, SIGKILL);
    } else if (verdict.kind == Kind::wait_for_result) {
      in_call_[pid] = call;
      ::ptrace(PTRACE_SYSCALL, pid, nullptr, 0);
    } else {
      if (verdict.kind == Kind::refuse) {
        refuse_call(pid, verdict.error);
      }
      go_on(pid, 0);
    }
  }

  // NOLINTBEGIN(cppcoreguidelines-pro-type-union-access): the kernel's union; `op` was looked at
  Call call_of(pid_t pid, const struct __ptrace_syscall_info& info) {
    Call call{next_point_++, pid, static_cast<long>(info.seccomp.nr), {}};
    std::copy(std::begin(info.seccomp.args), std::end(info.seccomp.args), call.arguments.begin());
    return call;
  }
  static std::int64_t result_of(const struct __ptrace_syscall_info& info) { return info.exit.rval; }
  // NOLINTEND(cppcoreguidelines-pro-type-union-access)

  void after_call(pid_t pid) {
    const auto found = in_call_.find(pid);
    const struct __ptrace_syscall_info info = call_info(pid);
    if (found != in_call_.end() && info.op == PTRACE_SYSCALL_INFO_EXIT) {
      const Call call = found->second;
      in_call_.erase(found);
      if (watcher_->made(call, result_of(info)) == Watcher::Next::kill) {
        ::kill(program_, SIGKILL);
        return;
      }
    }
    go_on(pid, 0);
  }

  static void go_on(pid_t pid, int signal) { ::ptrace(PTRACE_CONT, pid, nullptr, signal); }

  /// Only sessions are left, which sleep until somebody ends them.
  static bool all_are_asleep() {
    return !alive().empty() && std::all_of(alive().begin(), alive().end(), is_asleep);
  }

  void kill_everything() const {
    ::kill(program_, SIGKILL);
    end_left_running();
  }

  pid_t program_;
  Watcher* watcher_;
  bool armed_ = false;  ///< the program itself runs, not yet the code that starts it
  std::map<pid_t, bool> counted_;
  std::map<pid_t, Call> in_call_;
  std::int64_t next_point_ = 0;
  bool is_over_ = false;
  int status_ = 0;
  bool took_too_long_ = false;
  std::string faulting_file_;
};

}  // namespace

ProgramEnd supervise(const Program& program, CallSet points, Watcher& watcher) {
  const auto filter = filter_for(points);
  const Child child(program, [&] { return install(filter); });
  Supervision supervision(child.pid(), watcher);
  supervision.run();
  ProgramEnd end = child.end(supervision.status());
  end.took_too_long = supervision.took_too_long();
  end.faulting_file = supervision.faulting_file();
  return end;
}

void end_left_running() {
  for (const pid_t pid : alive()) {
    ::kill(pid, SIGKILL);
  }
}

std::string memory_of(pid_t thread, std::uint64_t address, std::size_t size) {
  std::string content(size, '\0');
  const iovec here = {content.data(), content.size()};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in another process
  const iovec there = {reinterpret_cast<void*>(address), size};
  const ssize_t got = ::process_vm_readv(thread, &here, 1, &there, 1, 0);
  content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return content;
}

std::string text_of(pid_t thread, std::uint64_t address) {
  constexpr std::size_t kPage = 4096;
  std::string text;
  while (text.find('\0') == std::string::npos) {
    const std::string more =
        memory_of(thread, address + text.size(), kPage - (address + text.size()) % kPage);
    if (more.empty()) {
      throw std::runtime_error("cannot read a text of the program");
    }
    text += more;
  }
  return text.substr(0, text.find('\0'));
}

}  // namespace stagepass::proof
