#pragma once

#include <stagepass/age/recipient.hpp>
#include <stagepass/core/result.hpp>

#include <string>
#include <vector>

namespace stagepass::cli {

/// The keys that a person gave: each a key itself ("age1…", "ssh-ed25519 AAAA…"), a file with one on a line, or "-" for
/// stdin. Empty lines and lines that begin with "#" are left out. Errors: `invalid_argument`, `not_found`.
[[nodiscard]] Result<std::vector<age::Recipient>> read_recipient_keys(
    const std::vector<std::string>& texts);

}  // namespace stagepass::cli
