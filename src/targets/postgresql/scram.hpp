#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace stagepass::targets {

inline constexpr std::size_t kScramSaltSize = 16;
using ScramSalt = std::array<std::uint8_t, kScramSaltSize>;

/// What PostgreSQL keeps of a password (RFC 5803, 4,096 rounds): made here, so that the password
/// itself never crosses the wire and stands in no log of the server.
///
/// Secrets: intermediate keys are wiped. Based on: RFC 5802, src/common/scram-common.c.
[[nodiscard]] std::string scram_verifier(const Secret& password, const ScramSalt& salt);

/// The same with a new salt. Errors: `invalid_argument` for a password beyond printable ASCII,
/// which clients would rewrite (SASLprep) before they use it.
[[nodiscard]] Result<std::string> scram_verifier(const Secret& password, Random& random);

}  // namespace stagepass::targets
