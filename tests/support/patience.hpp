#pragma once

#include <stagepass/ports/target_driver.hpp>

#include <chrono>

namespace stagepass::tests {

/// What an operation on a real server is given, also on a busy machine.
inline constexpr Timeout kTimeout = std::chrono::seconds(30);

}  // namespace stagepass::tests
