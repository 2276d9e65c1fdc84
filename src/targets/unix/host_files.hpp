#pragma once

#include <stagepass/core/result.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace stagepass::targets {

/// The whole file, or nothing if there is none (in /proc: no longer). For public files of the host (no secrets). Errors:
/// `permission_denied`, `unavailable`.
[[nodiscard]] Result<std::optional<std::string>> read_text_file(const std::filesystem::path& path);

/// True only if there is certainly nothing of that name. What cannot be looked at (a dead mount) is
/// there.
[[nodiscard]] bool is_absent(const std::filesystem::path& path);

/// Gives `path` new content in one step: a reader sees the old or the new text, never a part; after
/// a crash one of the two is there.
[[nodiscard]] Result<void> replace_text_file(const std::filesystem::path& path,
                                             std::string_view text, mode_t mode);

/// Removes a file. Absent is success.
[[nodiscard]] Result<void> remove_file(const std::filesystem::path& path);

/// A folder of root's with this mode; one that is there already keeps its mode. Errors: `conflict`
/// if something else has the name.
[[nodiscard]] Result<void> make_root_folder(const std::filesystem::path& folder, mode_t mode);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// The blank-separated words of `text`.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);

}  // namespace stagepass::targets
