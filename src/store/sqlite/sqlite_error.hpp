#pragma once

#include <stagepass/core/result.hpp>

#include <filesystem>

namespace stagepass::store {

/// What an extended result code of SQLite means to a person. `system_errno` tells a missing right
/// from a broken disk. Secrets: never quotes SQLite's own message, which may quote a row.
[[nodiscard]] Error describe_sqlite_error(int code, int system_errno,
                                          const std::filesystem::path& database);

/// The answer after a sync that failed: the kernel may have dropped what was written and will not
/// say so again.
[[nodiscard]] Error lost_durability(const std::filesystem::path& database);

}  // namespace stagepass::store
