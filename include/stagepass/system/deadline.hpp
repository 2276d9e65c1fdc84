#pragma once

#include <stagepass/core/timestamp.hpp>

#include <algorithm>
#include <chrono>

namespace stagepass::system {

/// The moment until which an operation of several steps may go on, on the monotonic clock.
class Deadline final {
 public:
  explicit Deadline(Timeout timeout) : at_(std::chrono::steady_clock::now() + timeout) {}

  /// Never negative.
  [[nodiscard]] Timeout remaining() const {
    const auto left = at_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::duration_cast<Timeout>(left), Timeout::zero());
  }
  [[nodiscard]] bool passed() const { return remaining() == Timeout::zero(); }

 private:
  std::chrono::steady_clock::time_point at_;
};

}  // namespace stagepass::system
