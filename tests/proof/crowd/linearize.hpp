#pragma once

#include "grant_history.hpp"

#include <optional>
#include <string>

namespace stagepass::proof {

/// Is there an order of these steps, each within its span, that a grant used by one person at a
/// time could have seen? Nothing if there is; otherwise what could not be placed.
///
/// Based on: Wing and Gong, "Testing and verifying concurrent objects" (1993), with the memory of
/// visited states that Lowe added. Steps that change nothing are placed as early as they fit, which
/// loses no order: so only the few that change something are tried in every way.
[[nodiscard]] std::optional<std::string> find_contradiction(const History& history);

}  // namespace stagepass::proof
