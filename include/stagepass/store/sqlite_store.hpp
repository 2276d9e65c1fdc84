#pragma once

#include <stagepass/ports/store.hpp>

#include <filesystem>
#include <memory>

namespace stagepass::store {

/// Creates a new vault database at `path` (mode 0600; its folder must exist and be private). The
/// file appears complete or not at all. Errors: `conflict` if it exists, `unavailable`.
[[nodiscard]] Result<void> create_sqlite_store(const std::filesystem::path& path,
                                               const VaultRecord& vault);

/// Opens a vault database, bringing an older schema up to date (with a copy of the old file
/// beside it). Errors: `not_found`; `corrupt` for a file that is not a stagepass vault, is
/// damaged, empty, or was written by a newer version; `permission_denied` for a link, foreign
/// owner, open permissions or a network file system; `unavailable` if it stays locked.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path);

}  // namespace stagepass::store
