#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

namespace stagepass::targets {

/// The yescrypt hash of a password as /etc/shadow keeps it ("$y$…"), made in this process, so that
/// the password itself never reaches another one. Errors: `invalid_argument` for a password libcrypt
/// cannot take (over 511 bytes, a zero byte), `unavailable`.
[[nodiscard]] Result<Secret> hash_password(const Secret& password, Random& random);

}  // namespace stagepass::targets
