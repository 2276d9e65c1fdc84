#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stagepass::system {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnerFile = 0600;
constexpr mode_t kOwnerFolder = 0700;

Errc code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case EACCES:
    case EPERM:
      return Errc::permission_denied;
    case EEXIST:
      return Errc::conflict;
    default:
      return Errc::unavailable;
  }
}

/// "cannot <verb> <path>: <cause>"
Failure fail_errno(std::string_view verb, const fs::path& path, int error) {
  return fail(code_of(error), fmt::format("cannot {} {}: {}", verb,
                                          stagepass::quoted(path.string()), describe_errno(error)));
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool of_this_user_or_root(const struct stat& status) {
  return status.st_uid == 0 || status.st_uid == ::geteuid();
}

/// What a file must keep others from.
struct Guard {
  mode_t closed_to_others;
  std::string_view is_open;
  std::string_view remedy;
};
constexpr Guard kPrivate = {
    S_IRWXG | S_IRWXO, "can be used by others",
    "it must be a regular file of yours or of root, with mode 0600 and one name"};
constexpr Guard kTrusted = {
    S_IWGRP | S_IWOTH, "can be written by others",
    "it must be a regular file of yours or of root that nobody else can write, with one name"};

/// What speaks against reading this file; nothing if all is well.
std::optional<std::string_view> unsafe_to_read(const struct stat& status, const Guard& guard) {
  if (!S_ISREG(status.st_mode)) {
    return "is not a regular file";
  }
  if (!of_this_user_or_root(status)) {
    return "belongs to somebody else";
  }
  if ((status.st_mode & guard.closed_to_others) != 0) {
    return guard.is_open;
  }
  if (status.st_nlink > 1) {  // 0: replaced while we read it
    return "has a second name (hard link)";
  }
  return std::nullopt;
}

fs::path hidden_name_beside(const fs::path& path) {
  std::array<std::uint8_t, 8> random{};
  ::randombytes_buf(random.data(), random.size());
  return folder_of(path) / fmt::format(".{}.{}.tmp", path.filename().string(), to_hex(random));
}

bool lacks_unnamed_files(int error) {
  return error == EOPNOTSUPP || error == EISDIR || error == EINVAL;
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  reset();
}

void FileDescriptor::reset() noexcept {
  if (fd_ >= 0) {
    ::close(std::exchange(fd_, -1));
  }
}

std::string describe_errno(int error) {
  return std::generic_category().message(error);
}

Result<void> sync_folder(const fs::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) {
    return fail_errno("sync the folder", folder, errno);
  }
  return {};
}

Result<void> write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return fail(Errc::unavailable, fmt::format("cannot write: {}", describe_errno(errno)));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Secret> read_secret(int fd, std::size_t limit) {
  std::size_t size = 0;
  int error = 0;
  const Secret buffer = Secret::make(limit + 1, [&](MutableBytes out) {
    while (size < out.size()) {
      const ssize_t count = ::read(fd, out.data() + size, out.size() - size);
      if (count < 0 && errno == EINTR) {
        continue;
      }
      error = count < 0 ? errno : 0;
      if (count <= 0) {
        return;
      }
      size += static_cast<std::size_t>(count);
    }
  });
  if (error != 0) {
    return fail(Errc::unavailable, fmt::format("cannot read: {}", describe_errno(error)));
  }
  if (size > limit) {
    return fail(Errc::invalid_argument, fmt::format("the input is longer than {} bytes", limit));
  }
  return Secret::copy_of(buffer.reveal().first(size));
}

namespace {

Result<Secret> read_guarded_file(const fs::path& path, std::size_t limit, const Guard& guard) {
  const FileDescriptor fd(
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd && errno == ELOOP) {
    return fail(Errc::permission_denied,
                fmt::format("{} is a symbolic link", stagepass::quoted(path.string())),
                "name the file itself");
  }
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    return fail_errno("read", path, errno);
  }
  if (const auto reason = unsafe_to_read(status, guard)) {
    return fail(Errc::permission_denied,
                fmt::format("{} {}", stagepass::quoted(path.string()), *reason),
                std::string(guard.remedy));
  }
  auto secret = read_secret(fd.get(), limit);
  if (!secret) {
    return fail(secret.error().code,
                fmt::format("{}: {}", stagepass::quoted(path.string()), secret.error().message));
  }
  return secret;
}

}  // namespace

Result<Secret> read_private_file(const fs::path& path, std::size_t limit) {
  return read_guarded_file(path, limit, kPrivate);
}

Result<Secret> read_trusted_file(const fs::path& path, std::size_t limit) {
  return read_guarded_file(path, limit, kTrusted);
}

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      path_(std::move(other.path_)),
      temporary_name_(std::exchange(other.temporary_name_, {})) {}

PrivateFile::~PrivateFile() {
  if (!temporary_name_.empty()) {
    ::unlink(temporary_name_.c_str());
  }
}

Result<PrivateFile> PrivateFile::create(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    return fail_errno("create", path, EEXIST);
  }
  return for_replacing(path);
}

Result<PrivateFile> PrivateFile::for_replacing(const fs::path& path) {
  FileDescriptor unnamed(
      ::open(folder_of(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kOwnerFile));
  if (unnamed) {
    return PrivateFile(std::move(unnamed), path, {});
  }
  if (!lacks_unnamed_files(errno)) {
    return fail_errno("create", path, errno);
  }
  fs::path hidden = hidden_name_beside(path);
  FileDescriptor named(
      ::open(hidden.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, kOwnerFile));
  if (!named) {
    return fail_errno("create", path, errno);
  }
  return PrivateFile(std::move(named), path, std::move(hidden));
}

Result<void> PrivateFile::write(Bytes bytes) {
  if (auto written = write_all(fd_.get(), bytes); !written) {
    return fail(written.error().code,
                fmt::format("{}: {}", stagepass::quoted(path_.string()), written.error().message));
  }
  return {};
}

Result<void> PrivateFile::publish() {
  if (::fsync(fd_.get()) != 0) {
    return fail_errno("sync", path_, errno);
  }
  SP_TRY(link_to(path_));
  auto synced = sync_folder(folder_of(path_));
  if (!synced) {
    ::unlink(path_.c_str());  // the caller is told that there is no such file
  }
  return synced;
}

// An unnamed file can only be linked to a free name, so it takes a hidden one on its way. One process
// at a time: who finds that name taken then knows that it is of somebody who was killed.
Result<void> PrivateFile::replace() {
  if (::fsync(fd_.get()) != 0) {
    return fail_errno("sync", path_, errno);
  }
  const fs::path folder = folder_of(path_);
  const FileDescriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || TEMP_FAILURE_RETRY(::flock(lock.get(), LOCK_EX)) != 0) {
    return fail_errno("lock the folder", folder, errno);
  }
  if (temporary_name_.empty()) {
    const fs::path hidden = folder / fmt::format(".{}.new", path_.filename().string());
    ::unlink(hidden.c_str());
    SP_TRY(link_to(hidden));
    temporary_name_ = hidden;
  }
  if (::rename(temporary_name_.c_str(), path_.c_str()) != 0) {
    return fail_errno("replace", path_, errno);
  }
  temporary_name_.clear();
  return ::fsync(lock.get()) == 0 ? Result<void>() : fail_errno("sync the folder", folder, errno);
}

// A link, never a rename: it fails if the name is taken.
Result<void> PrivateFile::link_to(const fs::path& name) const {
  const std::string source = temporary_name_.empty() ? fmt::format("/proc/self/fd/{}", fd_.get())
                                                     : temporary_name_.string();
  const int flags = temporary_name_.empty() ? AT_SYMLINK_FOLLOW : 0;
  if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, name.c_str(), flags) != 0) {
    return fail_errno("create", name, errno);
  }
  return {};
}

Result<void> ensure_private_directory(const fs::path& path) {
  fs::path so_far;
  for (const fs::path& part : path) {
    so_far /= part;
    if (::mkdir(so_far.c_str(), kOwnerFolder) == 0) {
      // Without its own name nothing in it is found again after a power cut, however well synced.
      SP_TRY(sync_folder(folder_of(so_far)));
    } else if (errno != EEXIST) {
      // A read-only or foreign parent that exists is none of our business; what counts is whether
      // the folder can be had in the end.
      struct stat parent {};
      const int error = errno;
      if (::stat(so_far.c_str(), &parent) != 0) {
        return fail_errno("make the folder", so_far, error);
      }
    }
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return fail_errno("use the folder", path, errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is not a folder", stagepass::quoted(path.string())));
  }
  if (!of_this_user_or_root(status) || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(Errc::permission_denied,
                fmt::format("others can write to the folder {}", stagepass::quoted(path.string())),
                "make it yours alone: chmod 700");
  }
  return {};
}

}  // namespace stagepass::system
