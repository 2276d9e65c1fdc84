#include "targets/remote/target_settings.hpp"

#include "targets/unix/host_files.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

namespace stagepass::targets {
namespace {

constexpr std::size_t kLargestFile = 64UL * 1024;
constexpr std::string_view kAccess = "access";

Result<std::map<std::string, std::string>> parse_lines(std::string_view text) {
  std::map<std::string, std::string> values;
  for (const std::string_view raw : split(text, '\n')) {
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::size_t equals = line.find('=');
    const std::string key(trimmed(line.substr(0, std::min(equals, line.size()))));
    if (equals == std::string_view::npos || key.empty() ||
        !values.emplace(key, trimmed(line.substr(equals + 1))).second) {
      return fail(Errc::refused,
                  fmt::format("the settings of this host have a line that cannot be used: {}",
                              quoted(line)),
                  "each line is key=value, each key once");
    }
  }
  return values;
}

}  // namespace

Result<TargetSettings> TargetSettings::read(const std::filesystem::path& path) {
  const auto text = system::read_private_file(path, kLargestFile);
  if (!text) {
    const bool missing = text.error().code == Errc::not_found;
    return fail(Errc::refused,
                fmt::format("the settings of this host cannot be used: {}", text.error().message),
                missing
                    ? fmt::format("as root: echo access=sftp > {0} && chmod 600 {0}", path.string())
                    : text.error().hint);
  }
  SP_ASSIGN(auto values, parse_lines(text->reveal_text()));
  return TargetSettings(std::move(values));
}

Result<Target> TargetSettings::target_for(std::string_view access) const {
  const auto allowed = values_.find(std::string(kAccess));
  const std::vector<std::string_view> kinds =
      allowed == values_.end() ? std::vector<std::string_view>() : split(allowed->second, ',');
  if (std::find(kinds.begin(), kinds.end(), access) == kinds.end()) {
    return fail(
        Errc::refused, fmt::format("this host does not allow access={}", escape_untrusted(access)),
        allowed == values_.end() ? "its settings name no access: access=sftp, access=ssh or both"
                                 : fmt::format("it allows access={}", allowed->second));
  }
  SP_ASSIGN(TargetName name, TargetName::parse("this-host"));
  Target target{.name = std::move(name), .driver = "unix", .settings = values_};
  target.settings.insert_or_assign(std::string(kAccess), std::string(access));
  return target;
}

Result<RequestLock> RequestLock::take(const std::filesystem::path& settings, Kind kind,
                                      const Deadline& deadline) {
  constexpr int kPauseMilliseconds = 50;
  system::FileDescriptor file(
      ::open(settings.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const int wanted = (kind == Kind::looks ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(file.get(), wanted) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return fail(Errc::unavailable,
                  "cannot lock the settings of this host: " + system::describe_errno(errno));
    }
    if (deadline.passed()) {
      return fail(Errc::unreachable, "other requests are still at work on this host", "try again");
    }
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  return RequestLock(std::move(file));
}

}  // namespace stagepass::targets
