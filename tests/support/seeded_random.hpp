#pragma once

#include <stagepass/ports/random.hpp>

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace stagepass::tests {

/// The same unpredictable-looking bytes for the same seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : seed_(seed) {}

  void fill(MutableBytes out) override {
    std::array<unsigned char, randombytes_SEEDBYTES> key{};
    std::memcpy(key.data(), &seed_, sizeof seed_);
    std::memcpy(key.data() + sizeof seed_, &calls_, sizeof calls_);
    ++calls_;
    ::randombytes_buf_deterministic(out.data(), out.size(), key.data());
  }

 private:
  std::uint64_t seed_;
  std::uint64_t calls_ = 0;
};

}  // namespace stagepass::tests
