#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>
#include <stagepass/system/keyring_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stagepass::system {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestKeyring = 4096;
constexpr mode_t kOwnerFile = 0600;

Failure fail_with(std::string_view verb, const fs::path& path, int error) {
  return fail(error == EACCES || error == EPERM ? Errc::permission_denied : Errc::unavailable,
              fmt::format("cannot {} the keyring {}: {}", verb, stagepass::quoted(path.string()),
                          describe_errno(error)));
}

class FileLock final : public KeyringPlace::Lock {
 public:
  explicit FileLock(FileDescriptor fd) : fd_(std::move(fd)) {}

 private:
  FileDescriptor fd_;
};

/// Zeros over all that the file holds, which has lost its name.
Result<void> overwrite(const FileDescriptor& fd, const fs::path& path) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    return fail_with("overwrite", path, errno);
  }
  constexpr std::array<std::uint8_t, kLongestKeyring> kZeros{};
  for (off_t at = 0; at < status.st_size;) {
    const auto left = static_cast<std::size_t>(status.st_size - at);
    const ssize_t written =
        TEMP_FAILURE_RETRY(::pwrite(fd.get(), kZeros.data(), std::min(left, kZeros.size()), at));
    if (written <= 0) {
      return fail_with("overwrite", path, errno);
    }
    at += written;
  }
  return ::fsync(fd.get()) == 0 ? Result<void>() : fail_with("overwrite", path, errno);
}

class KeyringFile final : public KeyringPlace {
 public:
  explicit KeyringFile(fs::path path) : path_(std::move(path)) {}

  std::string name() const override { return path_.string(); }

  Result<std::optional<Secret>> read() override {
    auto text = read_private_file(path_, kLongestKeyring);
    if (!text && text.error().code == Errc::not_found) {
      return std::optional<Secret>();
    }
    SP_ASSIGN(Secret found, std::move(text));
    return std::optional<Secret>(std::move(found));
  }

  Result<void> settle() override {
    if (const auto synced = sync_folder(path_.parent_path()); !synced) {
      return fail(Errc::not_durable,
                  fmt::format("the keyring {} could not be made durable: {}",
                              stagepass::quoted(path_.string()), synced.error().message),
                  "check the disk, then try again");
    }
    return {};
  }

  Result<void> replace(const Secret& text) override {
    SP_TRY(make_folder());
    const FileDescriptor old(::open(path_.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!old && errno != ENOENT) {
      return fail_with("replace", path_, errno);
    }
    SP_ASSIGN(PrivateFile file, PrivateFile::for_replacing(path_));
    SP_TRY(file.write(text.reveal()));
    SP_TRY(file.replace());
    return old ? overwrite(old, path_) : Result<void>();
  }

  Result<std::unique_ptr<Lock>> lock() override {
    SP_TRY(make_folder());
    const fs::path path = fs::path(path_) += ".lock";
    FileDescriptor fd(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, kOwnerFile));
    if (!fd) {
      return fail_with("lock", path_, errno);
    }
    if (TEMP_FAILURE_RETRY(::flock(fd.get(), LOCK_EX | LOCK_NB)) == 0) {
      return std::unique_ptr<Lock>(std::make_unique<FileLock>(std::move(fd)));
    }
    if (errno != EWOULDBLOCK) {
      return fail_with("lock", path_, errno);
    }
    return fail(Errc::conflict, "the keys of this vault are being changed by another process",
                "try again in a minute");
  }

 private:
  [[nodiscard]] Result<void> make_folder() const {
    std::error_code ignored;
    return fs::exists(path_.parent_path(), ignored) ? Result<void>()
                                                    : ensure_private_directory(path_.parent_path());
  }

  fs::path path_;
};

}  // namespace

std::shared_ptr<KeyringPlace> keyring_file(fs::path path) {
  return std::make_shared<KeyringFile>(std::move(path));
}

}  // namespace stagepass::system
