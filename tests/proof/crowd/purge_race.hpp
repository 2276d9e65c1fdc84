#pragma once

#include "crowd_stage.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace stagepass::proof {

/// `accounts` accounts are due at once, and several purges and watches take them on at the same
/// time: each must be ended exactly once. Returns what went wrong, a sentence each.
[[nodiscard]] std::vector<std::string> race_to_purge(const Programs& programs,
                                                     std::size_t accounts);

}  // namespace stagepass::proof
