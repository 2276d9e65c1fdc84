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
/// After how long we look whether the account has stopped our own child.
constexpr Timeout kChildPatience = std::chrono::milliseconds(50);

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

/// A file of a process, or nothing if the process has ended. Any other failure proves nothing about
/// the process, so it must not look like an end.
Result<std::optional<std::string>> read_of_process(const std::filesystem::path& path) {
  auto text = read_text_file(path);
  if (!text) {
    return fail(Errc::unavailable, std::move(text).error().message);
  }
  return text;
}

/// The state is that of the main thread alone: while others run, the process has not ended.
bool has_ended(std::string_view status) {
  const std::string_view state = status_field(status, "State:\t");
  const std::string_view threads = status_field(status, "Threads:\t");
  return (state.starts_with('Z') || state.starts_with('X')) && (threads == "0" || threads == "1");
}

Result<Role> role_of(const std::filesystem::path& folder, TemporaryUid uid, const UserName& name) {
  SP_ASSIGN(const std::optional<std::string> status, read_of_process(folder / "status"));
  if (!status || has_ended(*status)) {
    return Role::other;
  }
  const std::vector<std::string_view> uids = words(status_field(*status, "Uid:"));
  if (uids.empty()) {
    return fail(Errc::unavailable, fmt::format("cannot understand {}/status", folder.string()));
  }
  const std::string wanted = std::to_string(uid.value());
  if (std::find(uids.begin(), uids.end(), wanted) != uids.end()) {
    return Role::own;
  }
  if (std::find(uids.begin(), uids.end(), "0") == uids.end()) {
    return Role::other;
  }
  SP_ASSIGN(const std::optional<std::string> title, read_of_process(folder / "cmdline"));
  return title && is_sshd_for(*title, name) ? Role::sshd_parent : Role::other;
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

/// The status of our child, which may have the account's uid: the account can starve it, and perhaps
/// stop or kill it. So it is never waited for without end, and one that was stopped is given up.
int reap(pid_t child, const Deadline& deadline) {
  int status = 0;
  pid_t seen = 0;
  do {
    wait_for_ends({child}, kChildPatience);
    seen = ::waitpid(child, &status, WNOHANG | WUNTRACED);
  } while (seen == 0 && !deadline.passed());
  if (seen == 0 || WIFSTOPPED(status)) {
    ::kill(child, SIGKILL);  // its number is still its own: we have not reaped it
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  return status;
}

/// The uid of nobody, in a range that is never given out (systemd, UIDS-GIDS).
constexpr uid_t kNobodysUid = 4'294'901'777;

/// Becomes the account as far as it takes to signal its processes and no others. By its real and
/// saved uid none of them can signal it, so that it cannot be stopped half-way. Not every container
/// knows that uid: then all three are the account's.
bool become(uid_t id) {
  return ::syscall(SYS_setgroups, 0, nullptr) == 0 && ::syscall(SYS_setresgid, id, id, id) == 0 &&
         (::syscall(SYS_setresuid, kNobodysUid, id, kNobodysUid) == 0 ||
          ::syscall(SYS_setresuid, id, id, id) == 0);
}

/// Kills everything of the uid in one system call, from a child that has become that uid: then the
/// kernel itself refuses to harm anybody else. The child does nothing but system calls, since
/// another thread of ours may have held any lock when it was forked. False if the account's own
/// processes kept the child from it.
Result<bool> kill_all_of(TemporaryUid uid, const Deadline& deadline) {
  const uid_t id = uid.value();
  const pid_t child = ::fork();
  if (child < 0) {
    return fail(Errc::unavailable, "cannot start a process to end the account's processes: " +
                                       system::describe_errno(errno));
  }
  if (child == 0) {
    if (become(id)) {
      ::kill(-1, SIGKILL);
      ::_exit(0);
    }
    ::_exit(1);
  }
  const int status = reap(child, deadline);
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    return fail(Errc::permission_denied, fmt::format("cannot act as uid {}", id),
                "run stagepass as root");
  }
  return WIFEXITED(status);
}

/// sshd's root halves end by themselves, and tidily, when their child is gone; those that wait for
/// a login that will never come do not.
Result<void> kill_sshd_parents(const AccountProcesses& found, TemporaryUid uid,
                               const UserName& name) {
  for (const pid_t pid : found.sshd_parents) {
    const system::FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
    const std::filesystem::path folder = std::filesystem::path("/proc") / std::to_string(pid);
    SP_ASSIGN(const Role role, role_of(folder, uid, name));
    if (process && role == Role::sshd_parent) {
      ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0U);
    }
  }
  return {};
}

/// One round of the hunt for what was found; false if it has to be repeated whatever is left.
Result<bool> kill_once(const AccountProcesses& found, TemporaryUid uid, const UserName& name,
                       const Deadline& deadline) {
  SP_ASSIGN(const bool killed, kill_all_of(uid, deadline));
  wait_for_ends(found.own, std::min(kPatience, deadline.remaining()));
  if (found.own.empty()) {
    SP_TRY(kill_sshd_parents(found, uid, name));
  }
  wait_for_ends(found.sshd_parents, std::min(kPatience, deadline.remaining()));
  return killed;
}

/// Forgets sshd's halves that came later. Anybody can open connections of that name without end,
/// but none of them gets in: logins are refused before processes are ended.
void keep_only(const std::set<pid_t>& known, std::vector<pid_t>& sshd_parents) {
  const auto came_later = [&](pid_t pid) { return !known.contains(pid); };
  sshd_parents.erase(std::remove_if(sshd_parents.begin(), sshd_parents.end(), came_later),
                     sshd_parents.end());
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
    SP_ASSIGN(const Role role, role_of(entry->path(), uid, name));
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
  SP_ASSIGN(AccountProcesses found, processes_of(uid, name));
  const std::set<pid_t> parents(found.sshd_parents.begin(), found.sshd_parents.end());
  std::set<pid_t> ended = parents;
  for (;;) {
    ended.insert(found.own.begin(), found.own.end());
    // Also if nothing was found: only a look after a kill decides, since one that forks as fast as
    // we read can be missed by a look.
    SP_ASSIGN(const bool killed, kill_once(found, uid, name, deadline));
    SP_ASSIGN(found, processes_of(uid, name));
    keep_only(parents, found.sshd_parents);
    if (killed && found.empty()) {
      return ended.size();
    }
    if (deadline.passed()) {
      return fail(Errc::unreachable,
                  fmt::format("{} processes of {} do not end",
                              found.own.size() + found.sshd_parents.size(), name.str()));
    }
  }
}

}  // namespace stagepass::targets
