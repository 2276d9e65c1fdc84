#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>
#include <string>

namespace stagepass::targets {

/// The secret `key` of a target whose driver knows no other one; none if it was not given. Errors:
/// `invalid_argument` for any other secret, naming it.
[[nodiscard]] Result<std::optional<Secret>> take_only_secret(SecretSettings& secrets,
                                                             const std::string& key,
                                                             const Target& target);

}  // namespace stagepass::targets
