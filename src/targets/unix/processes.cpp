#include "targets/unix/processes.hpp"

#include "targets/unix/host_files.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <set>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace stagepass::targets {
namespace {

/// How long a killed process may take to disappear, and sshd's root half to notice that.
constexpr Timeout kPatience = std::chrono::seconds(1);

enum class Role { other, own, sshd_parent };

std::string_view status_field(std::string_view status, std::string_view key) {
  for (const std::string_view line : split(status, '\n')) {
    if (line.starts_with(key)) {
      return line.substr(key.size());
    }
  }
  return {};
}

/// sshd names its processes "sshd: USER [priv]" as soon as the user is known, before the login is
/// done; newer ones "sshd-session: …". Only root's are asked: nobody else can pretend to be one.
bool is_sshd_for(std::string_view title, const UserName& name) {
  for (const std::string_view program : {"sshd: ", "sshd-session: ", "sshd-auth: "}) {
    if (title.starts_with(program)) {
      title.remove_prefix(program.size());
      return title.starts_with(name.str()) &&
             title.substr(name.str().size()).find_first_of(" @") == 0;
    }
  }
  return false;
}

Role role_of(const std::filesystem::path& folder, TemporaryUid uid, const UserName& name) {
  const auto status = read_text_file(folder / "status");
  if (!status || !*status) {
    return Role::other;  // ended while we looked
  }
  const std::string_view state = status_field(**status, "State:\t");
  if (state.starts_with('Z') || state.starts_with('X')) {
    return Role::other;
  }
  const std::vector<std::string_view> uids = words(status_field(**status, "Uid:"));
  const std::string wanted = std::to_string(uid.value());
  if (std::find(uids.begin(), uids.end(), wanted) != uids.end()) {
    return Role::own;
  }
  if (std::find(uids.begin(), uids.end(), "0") == uids.end()) {
    return Role::other;
  }
  const auto title = read_text_file(folder / "cmdline");
  return title && *title && is_sshd_for(**title, name) ? Role::sshd_parent : Role::other;
}

/// Kills everything of the uid in one system call, from a child that has become that uid: then the
/// kernel itself refuses to harm anybody else. The child does nothing but system calls, since
/// another thread of ours may have held any lock when it was forked.
Result<void> kill_all_of(TemporaryUid uid) {
  const uid_t id = uid.value();
  const pid_t child = ::fork();
  if (child < 0) {
    return fail(Errc::unavailable, "cannot start a process to end the account's processes: " +
                                       system::describe_errno(errno));
  }
  if (child == 0) {
    if (::syscall(SYS_setgroups, 0, nullptr) == 0 && ::syscall(SYS_setresgid, id, id, id) == 0 &&
        ::syscall(SYS_setresuid, id, id, id) == 0) {
      ::kill(-1, SIGKILL);
      ::_exit(0);
    }
    ::_exit(1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    return fail(Errc::permission_denied, fmt::format("cannot act as uid {}", id),
                "run stagepass as root");
  }
  return {};  // killed by one of the account's own processes counts too: the caller looks again
}

/// Waits until the processes have ended or `patience` is over. A descriptor of a process becomes
/// readable at its end, and stays its own even if the number is given to another.
void wait_for_ends(const std::vector<pid_t>& pids, Timeout patience) {
  const Deadline deadline(patience);
  for (const pid_t pid : pids) {
    const system::FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
    if (process) {
      pollfd watched{process.get(), POLLIN, 0};
      ::poll(&watched, 1, static_cast<int>(deadline.remaining().count()));
    }
  }
}

/// sshd's root halves end by themselves, and tidily, when their child is gone; those that wait for
/// a login that will never come do not.
Result<void> kill_sshd_parents(TemporaryUid uid, const UserName& name) {
  SP_ASSIGN(const AccountProcesses left, processes_of(uid, name));
  for (const pid_t pid : left.sshd_parents) {
    const system::FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
    const std::filesystem::path folder = std::filesystem::path("/proc") / std::to_string(pid);
    if (process && role_of(folder, uid, name) == Role::sshd_parent) {
      ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0U);
    }
  }
  wait_for_ends(left.sshd_parents, kPatience);
  return {};
}

}  // namespace

Result<AccountProcesses> processes_of(TemporaryUid uid, const UserName& name) {
  AccountProcesses found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    const Result<uid_t> pid = parse_uid(entry->path().filename().string());
    if (!pid) {
      continue;
    }
    const Role role = role_of(entry->path(), uid, name);
    if (role == Role::own) {
      found.own.push_back(static_cast<pid_t>(*pid));
    } else if (role == Role::sshd_parent) {
      found.sshd_parents.push_back(static_cast<pid_t>(*pid));
    }
  }
  if (error) {
    return fail(Errc::unavailable, "cannot read /proc: " + error.message());
  }
  return found;
}

Result<std::size_t> end_processes(TemporaryUid uid, const UserName& name,
                                  const Deadline& deadline) {
  std::set<pid_t> ended;
  for (;;) {
    SP_ASSIGN(const AccountProcesses found, processes_of(uid, name));
    if (found.empty()) {
      return ended.size();
    }
    if (deadline.passed()) {
      return fail(Errc::unreachable,
                  fmt::format("{} processes of {} do not end",
                              found.own.size() + found.sshd_parents.size(), name.str()));
    }
    ended.insert(found.own.begin(), found.own.end());
    ended.insert(found.sshd_parents.begin(), found.sshd_parents.end());
    SP_TRY(kill_all_of(uid));
    wait_for_ends(found.own, std::min(kPatience, deadline.remaining()));
    if (found.own.empty()) {
      SP_TRY(kill_sshd_parents(uid, name));
    } else {
      wait_for_ends(found.sshd_parents, std::min(kPatience, deadline.remaining()));
    }
  }
}

}  // namespace stagepass::targets
