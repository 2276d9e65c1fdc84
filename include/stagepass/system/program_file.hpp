#pragma once

#include <stagepass/core/result.hpp>

#include <filesystem>

namespace stagepass::system {

/// Checks that nobody but root and this user decides what `program` does: an absolute path to an
/// executable regular file of theirs that others cannot write, in a folder where others cannot
/// replace it. Errors: `invalid_argument` for no such program, `permission_denied` for one that is
/// not safe, with the remedy as hint.
[[nodiscard]] Result<void> check_program_file(const std::filesystem::path& program);

}  // namespace stagepass::system
