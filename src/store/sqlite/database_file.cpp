#include "store/sqlite/database_file.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <linux/magic.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <utility>

namespace stagepass::store {
namespace {

namespace fs = std::filesystem;
using system::describe_errno;

constexpr ::mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;
constexpr ::mode_t kOthersMayDoAnything = S_IRWXG | S_IRWXO;

/// Between the name of a database and six random characters: one that is being made.
constexpr const char* kUnfinished = ".new-";

std::string name_of(const fs::path& path) {
  return stagepass::quoted(path.string());
}

/// The error of a system call about `path`.
Failure cannot(std::string_view action, const fs::path& path, int error) {
  const bool missing_right = error == EACCES || error == EPERM || error == EROFS;
  const Errc code = error == ENOENT ? Errc::not_found
                    : missing_right ? Errc::permission_denied
                                    : Errc::unavailable;
  return fail(code, fmt::format("cannot {} {}: {}", action, name_of(path), describe_errno(error)));
}

/// The folder `path` is in, without links: SQLite's NOFOLLOW then refuses only a database that is
/// itself a link.
Result<fs::path> real_folder(const fs::path& path) {
  std::error_code error;
  auto folder = fs::canonical(path.has_parent_path() ? path.parent_path() : fs::path("."), error);
  if (error) {
    return cannot("find the folder of", path, error.value());
  }
  return folder;
}

Result<void> check_folder(const fs::path& folder) {
  struct ::stat status = {};
  if (::stat(folder.c_str(), &status) != 0) {
    return cannot("look at the folder", folder, errno);
  }
  if ((status.st_mode & kOthersMayWrite) != 0) {
    return fail(Errc::permission_denied,
                fmt::format("others may write to the folder {} of the vault", name_of(folder)),
                "keep the vault in a folder of its own with mode 0700");
  }
  struct ::statfs file_system = {};
  if (::statfs(folder.c_str(), &file_system) != 0) {
    return cannot("look at the file system of", folder, errno);
  }
  if (is_network_file_system(static_cast<unsigned long>(file_system.f_type))) {
    return fail(Errc::permission_denied,
                fmt::format("the folder {} is on a network file system", name_of(folder)),
                "locks are not reliable there: keep the vault on a local disk");
  }
  return {};
}

Result<void> check_status(const fs::path& path, const struct ::stat& status) {
  const auto refuse = [&](std::string_view what, std::string hint) {
    return fail(Errc::permission_denied,
                fmt::format("the vault database {} {}", name_of(path), what), std::move(hint));
  };
  if (S_ISLNK(status.st_mode)) {
    return refuse("is a symbolic link", "name the file itself");
  }
  if (!S_ISREG(status.st_mode)) {
    return refuse("is not a regular file", {});
  }
  if (status.st_nlink != 1) {
    return refuse("has more than one name (hard link)", "remove the other names");
  }
  if (status.st_uid != ::geteuid()) {
    return refuse("belongs to another user",
                  fmt::format("run this as the user with the uid {}", status.st_uid));
  }
  if ((status.st_mode & kOthersMayDoAnything) != 0) {
    return refuse("is open to other users", "make it private: chmod 600 on it");
  }
  return {};
}

Result<void> sync_folder(const fs::path& folder) {
  const system::FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) {
    return cannot("make durable the folder", folder, errno);
  }
  return {};
}

}  // namespace

Result<fs::path> check_database_file(const fs::path& path) {
  SP_ASSIGN(const auto folder, real_folder(path));
  const auto real_path = folder / path.filename();
  struct ::stat status = {};
  if (::lstat(real_path.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      return fail(Errc::not_found, fmt::format("there is no vault database {}", name_of(path)));
    }
    return cannot("look at", path, errno);
  }
  SP_TRY(check_status(path, status));
  SP_TRY(check_folder(folder));
  if (status.st_size == 0) {
    return fail(Errc::corrupt, fmt::format("the vault database {} is empty", name_of(path)),
                "restore the last backup, or remove the file and make a new vault");
  }
  return real_path;
}

Result<fs::path> check_database_folder(const fs::path& path) {
  SP_ASSIGN(const auto folder, real_folder(path));
  SP_TRY(check_folder(folder));
  return folder / path.filename();
}

bool is_network_file_system(unsigned long magic) noexcept {
  constexpr unsigned long kLustre = 0x0BD0'0BD0;
  constexpr std::array<unsigned long, 10> kNetworkFileSystems = {
      NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,  SMB2_SUPER_MAGIC, CIFS_SUPER_MAGIC, AFS_SUPER_MAGIC,
      NCP_SUPER_MAGIC, CODA_SUPER_MAGIC, CEPH_SUPER_MAGIC, V9FS_MAGIC,       kLustre};
  constexpr unsigned long kMagicBits = 0xffff'ffff;
  const auto* const end = kNetworkFileSystems.end();
  return std::find(kNetworkFileSystems.begin(), end, magic & kMagicBits) != end;
}

void remove_unfinished_beside(const fs::path& path) {
  const std::string begin = path.filename().string() + kUnfinished;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), ignored)) {
    if (entry.path().filename().string().starts_with(begin)) {
      fs::remove(entry.path(), ignored);
    }
  }
}

Result<UnfinishedFile> UnfinishedFile::beside(const fs::path& path) {
  std::string name = fmt::format("{}{}XXXXXX", path.string(), kUnfinished);
  const system::FileDescriptor fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) {
    return cannot("make a file beside", path, errno);
  }
  return UnfinishedFile(name);
}

UnfinishedFile::UnfinishedFile(UnfinishedFile&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())) {}

UnfinishedFile::~UnfinishedFile() {
  if (path_.empty()) {
    return;
  }
  ::unlink(path_.c_str());
  ::unlink((path_.string() + "-journal").c_str());
}

Result<void> UnfinishedFile::publish(const fs::path& name, Existing existing) {
  // One rename, not link and unlink: a crash never leaves the database with two names.
  const unsigned int flags = existing == Existing::refuse ? RENAME_NOREPLACE : 0;
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, name.c_str(), flags) != 0) {
    if (errno == EEXIST) {
      return fail(Errc::conflict, fmt::format("{} exists already", name_of(name)));
    }
    return cannot("give its name to", name, errno);
  }
  path_.clear();
  return sync_folder(name.parent_path());
}

}  // namespace stagepass::store
