#pragma once

#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

namespace stagepass::targets {

/// A password that nobody knows: 192 random bits.
[[nodiscard]] Secret unknown_password(Random& random);

}  // namespace stagepass::targets
