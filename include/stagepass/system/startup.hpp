#pragma once

#include <stagepass/core/result.hpp>

#include <filesystem>
#include <string>

namespace stagepass::system {

/// Makes the process a safe place for secrets; the first thing main does.
///
/// Guarantees: no core dumps, not dumpable (no ptrace or /proc/self/mem by the same user),
/// descriptors 0 to 2 open, umask 077, SIGPIPE ignored, environment reduced to what is used
/// (HOME, TERM, TZ, LANG/LC_*, NO_COLOR, STAGEPASS_*, CREDENTIALS_DIRECTORY, NOTIFY_SOCKET,
/// WATCHDOG_USEC, XDG_*, SUDO_USER).
/// Failure: `permission_denied` when run set-user-id: that is never safe.
[[nodiscard]] Result<void> harden_process();

/// Who runs this: "ana (uid 1000) on shop1"; behind sudo "ana (uid 1000, as root) on shop1".
[[nodiscard]] std::string current_actor();

/// The absolute path of this program; empty where /proc is missing.
[[nodiscard]] std::filesystem::path own_executable();

/// Tells the service manager ("READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…") if there is one.
void notify_service_manager(const std::string& state);

}  // namespace stagepass::system
