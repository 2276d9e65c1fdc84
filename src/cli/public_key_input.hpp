#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/ssh_public_key.hpp>

#include <string>

namespace stagepass::cli {

/// Reads one public key from a file, or from stdin for "-". Errors: `not_found`,
/// `invalid_argument`.
[[nodiscard]] Result<SshPublicKey> read_public_key(const std::string& path);

}  // namespace stagepass::cli
