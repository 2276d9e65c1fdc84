#pragma once

#include "targets/deadline.hpp"
#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace stagepass::targets {

// All three walk as `walk_below` does, with its guarantees and its failures.

struct OwnedFiles {
  std::size_t count = 0;
  std::string first;  ///< path of one of them, escaped and shortened
};

/// Everything below `folder` that belongs to `uid`. A missing folder has nothing.
[[nodiscard]] Result<OwnedFiles> find_files_of(const std::filesystem::path& folder,
                                               TemporaryUid uid, const Deadline& deadline);

/// Removes what `find_files_of` finds; a folder of the uid that holds other people's files stays
/// and becomes root's. To be called when the uid has no processes any more.
[[nodiscard]] Result<void> remove_files_of(const std::filesystem::path& folder, TemporaryUid uid,
                                           const Deadline& deadline);

/// Removes `folder` with all in it, whoever owns it. Absent is success. Errors: `refused` if
/// something is mounted on or in it: then nothing of that mount is touched.
[[nodiscard]] Result<void> remove_tree(const std::filesystem::path& folder,
                                       const Deadline& deadline);

}  // namespace stagepass::targets
