#include "targets/unix/tree_walk.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <functional>
#include <linux/openat2.h>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

using system::FileDescriptor;

struct Entry {
  int folder;        ///< descriptor of the folder it lies in
  const char* name;  ///< its name there
  const struct stat& status;
  const std::string& path;  ///< for messages only
};

struct Visitor {
  /// Called for every file and, after what is in it, every folder.
  std::function<Result<void>(const Entry&)> visit;
  enum class AtMount { skip, stop };
  AtMount at_mount;
};

Failure failed_path(std::string_view verb, const std::string& path, int error) {
  return fail(Errc::unavailable, fmt::format("cannot {} {}: {}", verb, escape_untrusted(path),
                                             system::describe_errno(error)));
}

/// Opens a folder by its name in another one; the kernel refuses links and mount points. errno
/// tells.
FileDescriptor open_folder_at(int folder, const char* name) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  return FileDescriptor(static_cast<int>(::syscall(SYS_openat2, folder, name, &how, sizeof how)));
}

Result<std::vector<std::string>> names_in(int folder, const std::string& path) {
  const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(again >= 0 ? ::fdopendir(again) : nullptr,
                                                   &::closedir);
  if (!stream) {
    return failed_path("read", path, errno);
  }
  std::vector<std::string> names;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is our own
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  return names;
}

/// A depth-first walk that holds one descriptor, however deep the tree is: it climbs back through
/// ".." and makes sure that it arrives where it came from.
class Walk final {
 public:
  explicit Walk(const Visitor& visitor) : visitor_(visitor) {}

  Result<void> below(FileDescriptor folder, std::string path) {
    SP_TRY(enter(std::move(folder), std::move(path)));
    while (!levels_.empty()) {
      if (!levels_.back().names.empty()) {
        const std::string name = std::move(levels_.back().names.back());
        levels_.back().names.pop_back();
        SP_TRY(look_at(name));
      } else if (levels_.size() > 1) {
        SP_TRY(climb());
      } else {
        levels_.pop_back();
      }
    }
    return {};
  }

 private:
  struct Level {
    std::string path;
    std::vector<std::string> names;  ///< still to be looked at
    struct stat status;
  };

  Result<void> enter(FileDescriptor folder, std::string path) {
    Level level{std::move(path), {}, {}};
    if (::fstat(folder.get(), &level.status) != 0) {
      return failed_path("look at", level.path, errno);
    }
    SP_ASSIGN(level.names, names_in(folder.get(), level.path));
    current_ = std::move(folder);
    levels_.push_back(std::move(level));
    return {};
  }

  Result<void> look_at(const std::string& name) {
    const std::string path = levels_.back().path + "/" + name;
    struct stat status {};
    if (::fstatat(current_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return errno == ENOENT ? Result<void>() : failed_path("look at", path, errno);
    }
    if (!S_ISDIR(status.st_mode)) {
      return visitor_.visit(Entry{current_.get(), name.c_str(), status, path});
    }
    FileDescriptor folder = open_folder_at(current_.get(), name.c_str());
    if (folder) {
      return enter(std::move(folder), path);
    }
    if (errno == ENOENT || (errno == EXDEV && visitor_.at_mount == Visitor::AtMount::skip)) {
      return {};
    }
    if (errno == EXDEV) {
      return fail(
          Errc::refused,
          fmt::format("a file system is mounted at {}; it was not touched", escape_untrusted(path)),
          fmt::format("umount {}", escape_untrusted(path)));
    }
    return failed_path("open", path, errno);
  }

  Result<void> climb() {
    const Level left = std::move(levels_.back());
    levels_.pop_back();
    const Level& parent = levels_.back();
    FileDescriptor above = open_folder_at(current_.get(), "..");
    struct stat status {};
    if (!above || ::fstat(above.get(), &status) != 0) {
      return failed_path("go back to", parent.path, errno);
    }
    if (status.st_dev != parent.status.st_dev || status.st_ino != parent.status.st_ino) {
      return fail(Errc::unavailable, fmt::format("{} was moved while it was being cleaned",
                                                 escape_untrusted(left.path)));
    }
    current_ = std::move(above);
    const std::string name = left.path.substr(parent.path.size() + 1);
    return visitor_.visit(Entry{current_.get(), name.c_str(), left.status, left.path});
  }

  const Visitor& visitor_;
  FileDescriptor current_;
  std::vector<Level> levels_;
};

/// Nothing if there is no such folder.
Result<std::optional<FileDescriptor>> open_top(const std::filesystem::path& folder) {
  FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd) {
    return fd;
  }
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
    return std::nullopt;
  }
  return failed_path("open", folder.string(), errno);
}

Result<void> walk_below(const std::filesystem::path& folder, const Visitor& visitor) {
  SP_ASSIGN(std::optional<FileDescriptor> top, open_top(folder));
  if (!top) {
    return {};
  }
  return Walk(visitor).below(*std::move(top), folder.string());
}

Result<void> remove_entry(const Entry& entry) {
  const int flags = S_ISDIR(entry.status.st_mode) ? AT_REMOVEDIR : 0;
  if (::unlinkat(entry.folder, entry.name, flags) == 0 || errno == ENOENT) {
    return {};
  }
  if (errno == ENOTEMPTY) {
    return {};  // holds what may not be removed; whoever looks for residue will find it
  }
  return failed_path("remove", entry.path, errno);
}

}  // namespace

Result<OwnedFiles> find_files_of(const std::filesystem::path& folder, TemporaryUid uid) {
  OwnedFiles found;
  const Visitor count{[&](const Entry& entry) -> Result<void> {
                        if (entry.status.st_uid == uid.value()) {
                          ++found.count;
                          found.first = entry.path;
                        }
                        return {};
                      },
                      Visitor::AtMount::skip};
  SP_TRY(walk_below(folder, count));
  return found;
}

Result<void> remove_files_of(const std::filesystem::path& folder, TemporaryUid uid) {
  const Visitor remove{[&](const Entry& entry) -> Result<void> {
                         return entry.status.st_uid == uid.value() ? remove_entry(entry)
                                                                   : Result<void>();
                       },
                       Visitor::AtMount::skip};
  return walk_below(folder, remove);
}

Result<void> remove_tree(const std::filesystem::path& folder) {
  SP_TRY(walk_below(folder, Visitor{remove_entry, Visitor::AtMount::stop}));
  if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) {
    return {};
  }
  if (errno == EBUSY) {
    return fail(Errc::refused,
                fmt::format("a file system is mounted at {}", escape_untrusted(folder.string())),
                fmt::format("umount {}", escape_untrusted(folder.string())));
  }
  return failed_path("remove", folder.string(), errno);
}

}  // namespace stagepass::targets
