#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>

#include <chrono>

namespace stagepass::targets {

/// How long one code is good for; shops take the one before and the one after it, too.
inline constexpr std::chrono::seconds kOneTimeCodeLife{30};

/// The key of a second factor as an authenticator app takes it: base32 (RFC 4648, 6) without padding.
[[nodiscard]] Secret to_base32(const Secret& key);

/// Errors: `invalid_argument` for what is no base32, without repeating any of it.
[[nodiscard]] Result<Secret> from_base32(const Secret& text);

/// The six digits that an authenticator app shows at that moment: TOTP with SHA-1, as RFC 6238 and every app have it.
/// Errors: `unavailable` if this system's OpenSSL forbids SHA-1.
[[nodiscard]] Result<Secret> one_time_code(const Secret& key, Timestamp at);

}  // namespace stagepass::targets
