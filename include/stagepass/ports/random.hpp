#pragma once

#include <stagepass/core/secret.hpp>

namespace stagepass {

/// The only source of randomness.
/// Threads: safe from any thread.
class Random {
 public:
  virtual ~Random() = default;

  /// Fills `out` with unpredictable bytes; never fails (the process ends if the system has none).
  virtual void fill(MutableBytes out) = 0;
};

}  // namespace stagepass
