#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace stagepass::service {

/// Runs every lane to its end, `at_most` of them at the same time, each in one thread; one lane alone runs in the
/// calling thread. Lanes must not throw.
void run_in_lanes(std::vector<std::function<void()>> lanes, std::size_t at_most);

}  // namespace stagepass::service
