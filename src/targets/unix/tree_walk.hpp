#pragma once

#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace stagepass::targets {

// Guarantees of all three: links are never followed, other file systems and bind mounts are never
// entered (the kernel refuses, openat2), names are resolved from descriptors, so that nobody can
// swap a folder for a link to /etc while root walks. Depth and breadth of a tree cost memory only.

struct OwnedFiles {
  std::size_t count = 0;
  std::string first;  ///< path of one of them
};

/// Everything below `folder` that belongs to `uid`. A missing folder has nothing.
[[nodiscard]] Result<OwnedFiles> find_files_of(const std::filesystem::path& folder,
                                               TemporaryUid uid);

/// Removes what `find_files_of` finds; a folder of the uid that holds other people's files stays.
[[nodiscard]] Result<void> remove_files_of(const std::filesystem::path& folder, TemporaryUid uid);

/// Removes `folder` with all in it, whoever owns it. Absent is success. Errors: `refused` if
/// something is mounted in it: then nothing of that mount is touched.
[[nodiscard]] Result<void> remove_tree(const std::filesystem::path& folder);

}  // namespace stagepass::targets
