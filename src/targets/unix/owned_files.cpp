#include "targets/unix/owned_files.hpp"

#include "targets/unix/tree_walk.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace stagepass::targets {
namespace {

using AtMount = TreeVisitor::AtMount;

Failure failed_to(std::string_view verb, const std::string& path, int error) {
  return fail(Errc::unavailable, fmt::format("cannot {} {}: {}", verb, escape_untrusted(path),
                                             system::describe_errno(error)));
}

/// False if it is a folder that is not empty.
Result<bool> remove_entry(const TreeEntry& entry) {
  const int flags = S_ISDIR(entry.status.st_mode) ? AT_REMOVEDIR : 0;
  if (::unlinkat(entry.folder, entry.name, flags) == 0 || errno == ENOENT) {
    return true;
  }
  if (errno == ENOTEMPTY) {
    return false;
  }
  return failed_to("remove", entry.path, errno);
}

/// Somebody else has a file in this folder of the account, and that file is not ours to remove. As
/// the account's own the folder would keep it from ever being gone; as root's, closed to others,
/// it is only a folder. By descriptor: the name may mean something else by now.
Result<void> give_to_root(const TreeEntry& folder) {
  constexpr mode_t kOthersMayNotWrite = 0755;
  // Closed first: if only half succeeds, the folder is found again as the account's.
  if (::fchmod(folder.self, folder.status.st_mode & kOthersMayNotWrite) != 0 ||
      ::fchown(folder.self, 0, 0) != 0) {
    return failed_to("take over", folder.path, errno);
  }
  return {};
}

}  // namespace

Result<OwnedFiles> find_files_of(const std::filesystem::path& folder, TemporaryUid uid,
                                 const Deadline& deadline) {
  OwnedFiles found;
  const auto count = [&](const TreeEntry& entry) -> Result<void> {
    if (entry.status.st_uid == uid.value() && ++found.count == 1) {
      found.first = escape_untrusted(entry.path);
    }
    return {};
  };
  SP_TRY(walk_below(folder, {AtMount::skip, count, [&] { found = {}; }}, deadline));
  return found;
}

Result<void> remove_files_of(const std::filesystem::path& folder, TemporaryUid uid,
                             const Deadline& deadline) {
  const auto remove = [&](const TreeEntry& entry) -> Result<void> {
    if (entry.status.st_uid != uid.value()) {
      return {};
    }
    SP_ASSIGN(const bool removed, remove_entry(entry));
    return removed ? Result<void>() : give_to_root(entry);
  };
  return walk_below(folder, {AtMount::skip, remove}, deadline);
}

Result<void> remove_tree(const std::filesystem::path& folder, const Deadline& deadline) {
  const auto remove = [](const TreeEntry& entry) -> Result<void> {
    // What is not empty has been filled meanwhile; the removal of the top will tell.
    SP_ASSIGN([[maybe_unused]] const bool removed, remove_entry(entry));
    return {};
  };
  SP_TRY(walk_below(folder, {AtMount::stop, remove}, deadline));
  if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) {
    return {};
  }
  return failed_to("remove", folder.string(), errno);
}

}  // namespace stagepass::targets
