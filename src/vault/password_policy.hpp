#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/vault/password_generator.hpp>

namespace stagepass::vault {

/// The policy's entropy if passwords can be made by it. Errors: `invalid_argument` for a
/// contradictory policy, `policy` for one below its least entropy, with the length that would do.
[[nodiscard]] Result<double> checked_entropy(const PasswordPolicy& policy);

}  // namespace stagepass::vault
