#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

namespace stagepass::targets {

/// The 20 bytes of SHA-1, which some targets want of a password. Errors: `unavailable` if this
/// system's OpenSSL forbids it.
[[nodiscard]] Result<Secret> sha1(const Secret& content);

}  // namespace stagepass::targets
