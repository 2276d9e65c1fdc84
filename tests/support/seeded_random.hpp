#pragma once

#include <stagepass/ports/random.hpp>

#include <sodium.h>

#include <cstdint>
#include <cstring>

namespace stagepass::tests {

/// The same unpredictable-looking bytes for the same seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : seed_(seed) {}

  void fill(MutableBytes out) override {
    unsigned char key[randombytes_SEEDBYTES] = {};
    std::memcpy(key, &seed_, sizeof seed_);
    std::memcpy(key + sizeof seed_, &calls_, sizeof calls_);
    ++calls_;
    ::randombytes_buf_deterministic(out.data(), out.size(), key);
  }

 private:
  std::uint64_t seed_;
  std::uint64_t calls_ = 0;
};

}  // namespace stagepass::tests
