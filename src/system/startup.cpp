#include "system/datagram.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>
#include <stagepass/system/startup.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <pwd.h>
#include <string_view>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace stagepass::system {
namespace {

constexpr std::array<std::string_view, 12> kKeptVariables = {"HOME",
                                                             "TERM",
                                                             "TZ",
                                                             "LANG",
                                                             "NO_COLOR",
                                                             "CREDENTIALS_DIRECTORY",
                                                             "NOTIFY_SOCKET",
                                                             "WATCHDOG_USEC",
                                                             "SUDO_UID",
                                                             "DISPLAY",
                                                             "WAYLAND_DISPLAY",
                                                             "XAUTHORITY"};
constexpr std::array<std::string_view, 3> kKeptPrefixes = {"LC_", "STAGEPASS_", "XDG_"};

bool is_kept(std::string_view name) {
  return std::find(kKeptVariables.begin(), kKeptVariables.end(), name) != kKeptVariables.end() ||
         std::any_of(kKeptPrefixes.begin(), kKeptPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// NOLINTBEGIN(concurrency-mt-unsafe): harden_process runs before there is a second thread, and
// nothing changes the environment after it.
void reduce_environment() {
  std::vector<std::pair<std::string, std::string>> kept;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && is_kept(text.substr(0, equals))) {
      kept.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  ::clearenv();
  for (const auto& [name, value] : kept) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}
// NOLINTEND(concurrency-mt-unsafe)

/// A file we open must never become descriptor 2, where messages go.
Result<void> open_standard_descriptors() {
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd < 0) {
    return fail(Errc::unavailable, fmt::format("cannot open /dev/null: {}", describe_errno(errno)));
  }
  ::close(fd);
  return {};
}

Result<void> forbid_dumps() {
  const struct rlimit none = {0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(Errc::unavailable,
                fmt::format("cannot switch off core dumps: {}", describe_errno(errno)));
  }
  return {};
}

std::string user_of(uid_t uid) {
  struct passwd entry {};
  struct passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? "unknown" : found->pw_name;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// Who called sudo. Only root is believed: everybody else can set the variable as they like.
std::optional<uid_t> user_behind_sudo() {
  const std::string text = environment("SUDO_UID");
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (::getuid() != 0 || error != std::errc() || end != text.data() + text.size() || uid == 0) {
    return std::nullopt;
  }
  return uid;
}

}  // namespace

Result<void> harden_process() {
  if (::getauxval(AT_SECURE) != 0) {
    return fail(Errc::permission_denied, "stagepass must not be installed set-user-id",
                "remove the set-user-id bit and any file capabilities; use sudo instead");
  }
  SP_TRY(open_standard_descriptors());
  SP_TRY(forbid_dumps());
  ::umask(S_IRWXG | S_IRWXO);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  // Inherited as ignored, it would take the exit status of every program we run.
  static_cast<void>(std::signal(SIGCHLD, SIG_DFL));
  reduce_environment();
  return {};
}

std::string current_actor() {
  const auto uid = user_behind_sudo();
  return escape_untrusted(
      uid ? fmt::format("{} (uid {}, as root) on {}", user_of(*uid), *uid, host_name())
          : fmt::format("{} (uid {}) on {}", user_of(::getuid()), ::getuid(), host_name()));
}

std::filesystem::path own_executable() {
  std::error_code missing;
  return std::filesystem::read_symlink("/proc/self/exe", missing);
}

void notify_service_manager(const std::string& state) {
  // Nobody can be told if this fails, and nothing depends on it.
  static_cast<void>(send_datagram(environment("NOTIFY_SOCKET"), state, WhenFull::wait));
}

}  // namespace stagepass::system
