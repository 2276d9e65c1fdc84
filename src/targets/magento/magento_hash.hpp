#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

namespace stagepass::targets {

/// "<64 digits>:<salt>:2": Argon2id, as every Magento 2.4 reads it. Errors: `unavailable` if there
/// are not 64 MiB of memory.
[[nodiscard]] Result<Secret> magento_hash(const Secret& password, Random& random);

}  // namespace stagepass::targets
