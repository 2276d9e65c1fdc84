#include <stagepass/core/text.hpp>
#include <stagepass/system/file_lock.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace stagepass::system {
namespace {

constexpr mode_t kOwnerFile = 0600;

Failure cannot_lock(const std::filesystem::path& path, int error) {
  return fail(
      error == EACCES || error == EPERM ? Errc::permission_denied : Errc::unavailable,
      fmt::format("cannot lock {}: {}", stagepass::quoted(path.string()), describe_errno(error)));
}

}  // namespace

Result<std::optional<FileLock>> FileLock::try_lock(const std::filesystem::path& path) {
  FileDescriptor fd(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, kOwnerFile));
  if (!fd) {
    return cannot_lock(path, errno);
  }
  if (TEMP_FAILURE_RETRY(::flock(fd.get(), LOCK_EX | LOCK_NB)) == 0) {
    return std::optional(FileLock(std::move(fd)));
  }
  return errno == EWOULDBLOCK ? Result<std::optional<FileLock>>(std::nullopt)
                              : cannot_lock(path, errno);
}

}  // namespace stagepass::system
