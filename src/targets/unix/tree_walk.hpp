#pragma once

#include "targets/deadline.hpp"

#include <stagepass/core/result.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <sys/stat.h>

namespace stagepass::targets {

/// What a walk has come to.
struct TreeEntry {
  int folder;        ///< descriptor of the folder it lies in
  const char* name;  ///< its name there
  int self;          ///< descriptor of itself: a folder's can be changed through, others are O_PATH
  const struct stat& status;
  const std::string& path;  ///< for messages only; may be megabytes long
};

struct TreeVisitor {
  enum class AtMount { skip, stop };
  AtMount at_mount;
  /// Called for every entry: for a folder after what is in it.
  std::function<Result<void>(const TreeEntry&)> visit;
  /// Called before the first entry, and again whenever the walk has to start anew.
  std::function<void()> begin = {};
};

/// Visits everything below `folder`; a missing folder has nothing.
///
/// Guarantees: links are never followed, other file systems and bind mounts are never entered nor
/// asked anything (the kernel refuses, openat2), names are resolved from descriptors, so that
/// nobody can swap a folder for a link to /etc while root walks. Memory grows with the names of the
/// folders on the way to the current one, and not faster than the depth.
/// Failure: `unreachable` at the deadline; `refused` at a mount if the visitor stops there;
/// `unavailable` if somebody moves folders under the walk again and again.
[[nodiscard]] Result<void> walk_below(const std::filesystem::path& folder,
                                      const TreeVisitor& visitor, const Deadline& deadline);

}  // namespace stagepass::targets
