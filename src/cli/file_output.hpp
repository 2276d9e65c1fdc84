#pragma once

#include <stagepass/core/result.hpp>

#include <string>
#include <string_view>

namespace stagepass::cli {

/// Writes `text` to a new file that only its owner can read, whole or not at all. Errors: as `system::PrivateFile` says.
[[nodiscard]] Result<void> write_new_file(const std::string& path, std::string_view text);

}  // namespace stagepass::cli
