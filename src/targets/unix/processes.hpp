#pragma once

#include "targets/deadline.hpp"
#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>

#include <cstddef>
#include <sys/types.h>
#include <vector>

namespace stagepass::targets {

/// Processes that act for an account.
struct AccountProcesses {
  std::vector<pid_t> own;           ///< its uid is the real, effective, saved or file-system uid
  std::vector<pid_t> sshd_parents;  ///< root's halves of its SSH connections, also half-open ones

  [[nodiscard]] bool empty() const { return own.empty() && sshd_parents.empty(); }
};

/// Zombies do not count: nothing of them runs any more. Failure: `unavailable` if a process cannot
/// be looked at, since it might be one of them.
[[nodiscard]] Result<AccountProcesses> processes_of(TemporaryUid uid, const UserName& name);

/// Ends all of them and waits until none is left; returns how many there were. sshd's halves that
/// come later do not count: new logins must be refused already.
///
/// Guarantees: race-free against a process that forks while being hunted: the kernel kills
/// everything of the uid in one call, at least once, and again until a look finds nothing. Never
/// waits without end for what the account can stop. Failure: `unreachable` if some are left at the
/// deadline, `unavailable`, `permission_denied`.
[[nodiscard]] Result<std::size_t> end_processes(TemporaryUid uid, const UserName& name,
                                                const Deadline& deadline);

}  // namespace stagepass::targets
