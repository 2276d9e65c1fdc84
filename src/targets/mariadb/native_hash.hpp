#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

namespace stagepass::targets {

/// What MariaDB keeps of a password under mysql_native_password: '*' and SHA1(SHA1(password)) in
/// capital hexadecimal digits. Made here, so that the password itself is never sent.
///
/// The hash is fast and has no salt: it protects a long random password, not one of a person's.
/// Errors: `invalid_argument` for an empty password (the account would need none).
[[nodiscard]] Result<Secret> native_password_hash(const Secret& password);

}  // namespace stagepass::targets
