#pragma once

#include <stagepass/ports/random.hpp>

namespace stagepass::system {

/// The kernel's randomness through libsodium.
class SodiumRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace stagepass::system
