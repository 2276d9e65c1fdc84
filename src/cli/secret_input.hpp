#pragma once

#include "cli/context.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace stagepass::cli {

/// Secrets come from a prompt, a private file or an open descriptor; never from an argument, which
/// every user of the machine could read, nor from the environment.

inline constexpr std::size_t kLongestSecretInput = 64UL * 1024;

/// The content of a private file without its last line end. Errors: `not_found`,
/// `permission_denied` (open to others, a link, not a regular file), `invalid_argument` (empty).
[[nodiscard]] Result<Secret> read_secret_file(const std::filesystem::path& path);

/// What can be read from the descriptor of this number (0, or 3 and above) without its last line end. Errors:
/// `invalid_argument`.
[[nodiscard]] Result<Secret> read_secret_fd(std::string_view number);

/// The vault's passphrase: from the file or descriptor given on the command line, else asked for.
[[nodiscard]] Result<Secret> read_passphrase(Context& context);

}  // namespace stagepass::cli
