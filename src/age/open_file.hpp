#pragma once

#include <stagepass/age/identity.hpp>

#include <age/refusal.hpp>
#include <cstddef>
#include <span>

namespace stagepass::age {

/// `decrypt`, with the kind of the failure, and any limit to the content.
[[nodiscard]] Checked<Secret> open_file(Bytes file, std::span<const Identity> identities,
                                        std::size_t most_content);

}  // namespace stagepass::age
