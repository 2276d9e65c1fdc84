#include "targets/unix/tree_walk.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <cstddef>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

using system::FileDescriptor;

/// How often a walk starts anew because folders were moved under it.
constexpr int kMostWalks = 5;

Failure failed_path(std::string_view verb, const std::string& path, int error) {
  return fail(Errc::unavailable, fmt::format("cannot {} {}: {}", verb, escape_untrusted(path),
                                             system::describe_errno(error)));
}

Failure stopped_at_mount(const std::string& path) {
  const std::string shown = escape_untrusted(path);
  return fail(Errc::refused,
              fmt::format("a file system is mounted at {}; it was not touched", shown),
              fmt::format("umount {}", shown));
}

/// Opens an entry of a folder; the kernel refuses to pass links and mount points. errno tells.
FileDescriptor open_at(int folder, const char* name, unsigned flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  return FileDescriptor(static_cast<int>(::syscall(SYS_openat2, folder, name, &how, sizeof how)));
}

constexpr unsigned kFolder = O_RDONLY | O_DIRECTORY;
constexpr unsigned kAnything = O_PATH | O_NOFOLLOW;

/// A depth-first walk that holds few descriptors, however deep the tree is: it climbs back through
/// ".." and makes sure that it arrives where it came from.
class Walk final {
 public:
  Walk(std::string path, const TreeVisitor& visitor, const Deadline& deadline)
      : path_(std::move(path)), visitor_(visitor), deadline_(deadline) {}

  Result<void> below(FileDescriptor top) {
    struct stat status {};
    if (::fstat(top.get(), &status) != 0) {
      return failed_path("look at", path_, errno);
    }
    SP_TRY(enter(std::move(top), status));
    while (!levels_.empty()) {
      SP_TRY(require_time());
      SP_TRY(step());
    }
    return {};
  }

  /// The walk failed because somebody moved a folder that it was in.
  [[nodiscard]] bool lost_its_way() const { return lost_its_way_; }

 private:
  struct Level {
    std::size_t path_size;           ///< how much of `path_` leads here
    std::vector<std::string> names;  ///< still to be looked at
    struct stat status;
  };

  [[nodiscard]] Result<void> require_time() const {
    if (deadline_.passed()) {
      return fail(Errc::unreachable,
                  "there was not enough time to look through " + escape_untrusted(path_),
                  "try again, with a longer timeout if a folder there is huge");
    }
    return {};
  }

  Result<void> step() {
    Level& level = levels_.back();
    path_.resize(level.path_size);
    if (level.names.empty()) {
      return leave();
    }
    path_.append("/").append(level.names.back());
    level.names.pop_back();
    return look_at_current();
  }

  /// The last name of `path_`, in the folder of `parent`.
  [[nodiscard]] const char* name_below(const Level& parent) const {
    return path_.c_str() + parent.path_size + 1;
  }

  Result<void> look_at_current() {
    const char* name = name_below(levels_.back());
    // Opened before anything is asked: the answer of a mounted file system would be its owner's,
    // and a FUSE mount of the account's does not answer root at all.
    const FileDescriptor entry = open_at(current_.get(), name, kAnything);
    if (!entry) {
      return not_opened(errno);
    }
    struct stat status {};
    if (::fstat(entry.get(), &status) != 0) {
      return failed_path("look at", path_, errno);
    }
    if (!S_ISDIR(status.st_mode)) {
      return visitor_.visit(TreeEntry{current_.get(), name, entry.get(), status, path_});
    }
    FileDescriptor folder = open_at(entry.get(), ".", kFolder);
    return folder ? enter(std::move(folder), status) : not_opened(errno);
  }

  [[nodiscard]] Result<void> not_opened(int error) const {
    if (error == ENOENT || (error == EXDEV && visitor_.at_mount == TreeVisitor::AtMount::skip)) {
      return {};
    }
    return error == EXDEV ? stopped_at_mount(path_) : failed_path("open", path_, error);
  }

  Result<void> enter(FileDescriptor folder, const struct stat& status) {
    SP_ASSIGN(std::vector<std::string> names, names_in(folder.get()));
    levels_.push_back(Level{path_.size(), std::move(names), status});
    current_ = std::move(folder);
    return {};
  }

  [[nodiscard]] Result<std::vector<std::string>> names_in(int folder) const {
    const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(again >= 0 ? ::fdopendir(again) : nullptr,
                                                     &::closedir);
    if (!stream) {
      return failed_path("read", path_, errno);
    }
    std::vector<std::string> names;
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is our own
    while (const dirent* entry = ::readdir(stream.get())) {
      SP_TRY(require_time());
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") {
        names.emplace_back(name);
      }
      errno = 0;
    }
    if (errno != 0) {
      return failed_path("read", path_, errno);
    }
    return names;
  }

  Result<void> leave() {
    const Level left = std::move(levels_.back());
    levels_.pop_back();
    if (levels_.empty()) {
      return {};
    }
    const FileDescriptor folder = std::move(current_);
    SP_TRY(climb_from(folder.get()));
    const char* name = name_below(levels_.back());
    return visitor_.visit(TreeEntry{current_.get(), name, folder.get(), left.status, path_});
  }

  Result<void> climb_from(int folder) {
    const struct stat& wanted = levels_.back().status;
    struct stat status {};
    FileDescriptor above = open_at(folder, "..", kFolder);
    if (!above || ::fstat(above.get(), &status) != 0) {
      return failed_path("go back from", path_, errno);
    }
    if (status.st_dev != wanted.st_dev || status.st_ino != wanted.st_ino) {
      lost_its_way_ = true;
      return fail(Errc::unavailable, escape_untrusted(path_) + " was moved while it was looked at",
                  "end what keeps moving it, then try again");
    }
    current_ = std::move(above);
    return {};
  }

  std::string path_;  ///< of the current entry; one for all levels, or a deep tree takes gigabytes
  const TreeVisitor& visitor_;
  const Deadline& deadline_;
  FileDescriptor current_;
  std::vector<Level> levels_;
  bool lost_its_way_ = false;
};

/// Where a mount stops the visitor, one on the very folder does too. errno tells.
FileDescriptor open_folder(const std::filesystem::path& folder, TreeVisitor::AtMount at_mount) {
  if (at_mount == TreeVisitor::AtMount::skip) {
    return FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  const FileDescriptor parent(
      ::open(folder.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return parent ? open_at(parent.get(), folder.filename().c_str(), kFolder) : FileDescriptor();
}

/// Nothing if there is no such folder.
Result<std::optional<FileDescriptor>> open_top(const std::filesystem::path& folder,
                                               TreeVisitor::AtMount at_mount) {
  FileDescriptor fd = open_folder(folder, at_mount);
  if (fd) {
    return fd;
  }
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
    return std::nullopt;
  }
  return errno == EXDEV ? stopped_at_mount(folder.string())
                        : failed_path("open", folder.string(), errno);
}

}  // namespace

Result<void> walk_below(const std::filesystem::path& folder, const TreeVisitor& visitor,
                        const Deadline& deadline) {
  for (int walks = 1;; ++walks) {
    SP_ASSIGN(std::optional<FileDescriptor> top, open_top(folder, visitor.at_mount));
    if (!top) {
      return {};
    }
    if (visitor.begin) {
      visitor.begin();
    }
    Walk walk(folder.string(), visitor, deadline);
    Result<void> done = walk.below(*std::move(top));
    // Others may live in a shared folder and move what is theirs: no reason to give up at once.
    if (done || !walk.lost_its_way() || walks == kMostWalks) {
      return done;
    }
  }
}

}  // namespace stagepass::targets
