#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

namespace stagepass::proof {

using Elapsed = std::chrono::milliseconds;

/// The chances of one simulated case: the same seed, the same case, on every machine.
/// Based on: splitmix64.
class Dice final {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// 0 to `limit` - 1.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }

  /// True `percent` times of a hundred.
  bool percent(unsigned percent) { return below(100) < percent; }

  Elapsed between(Elapsed from, Elapsed to) {
    return from + Elapsed(below(static_cast<std::uint64_t>((to - from).count()) + 1));
  }

  /// As often among the minutes as among the weeks.
  Elapsed spread(Elapsed from, Elapsed to) {
    const double low = std::log(static_cast<double>(from.count()));
    const double high = std::log(static_cast<double>(to.count()));
    const double where = static_cast<double>(below(1'000'001)) / 1'000'000.0;
    return Elapsed(static_cast<Elapsed::rep>(std::exp(low + (high - low) * where)));
  }

 private:
  std::uint64_t state_;
};

}  // namespace stagepass::proof
