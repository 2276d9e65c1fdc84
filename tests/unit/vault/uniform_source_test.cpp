#include <algorithm>
#include <cstdint>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <vault/uniform_source.hpp>
#include <vector>

namespace stagepass::vault {

namespace {

/// Every number of `width` bytes in turn, so that counts come out exact.
class EveryNumber final : public Random {
 public:
  explicit EveryNumber(unsigned width) : width_(width) {}

  void fill(MutableBytes out) override {
    for (std::uint8_t& byte : out) {
      const std::size_t number = position_ / width_;
      const std::size_t shift = 8 * (width_ - 1 - position_ % width_);
      byte = static_cast<std::uint8_t>(number >> shift & 0xffU);
      ++position_;
    }
  }

 private:
  std::size_t width_;
  std::size_t position_ = 0;
};

/// How often each number comes while all numbers of `width` bytes go by twice. The second time
/// starts behind what is left of the first: drawn again, or the counts would be uneven.
std::vector<int> counts_below(std::size_t count, EveryNumber random, std::size_t rounds) {
  UniformSource source(random);
  std::vector<int> counts(count);
  for (std::size_t i = 0; i < 2 * rounds * count; ++i) {
    ++counts.at(source.below(count));
  }
  return counts;
}

}  // namespace

TEST_CASE("every number below the count comes equally often out of all bytes") {
  for (const std::size_t count : {1, 2, 10, 49, 57, 60, 94, 128, 255, 256}) {
    const std::size_t rounds = 256 / count;
    CAPTURE(count);
    CHECK(counts_below(count, EveryNumber(1), rounds) ==
          std::vector<int>(count, static_cast<int>(2 * rounds)));
  }
}

TEST_CASE("every word number comes equally often out of all pairs of bytes") {
  constexpr std::size_t kWords = 7776;
  constexpr std::size_t kRounds = 65536 / kWords;
  CHECK(counts_below(kWords, EveryNumber(2), kRounds) == std::vector<int>(kWords, 2 * kRounds));
}

TEST_CASE("bytes are drawn in bulk") {
  class Counting final : public Random {
   public:
    void fill(MutableBytes out) override {
      ++calls;
      std::fill(out.begin(), out.end(), std::uint8_t{0});
    }
    int calls = 0;
  };
  Counting random;
  UniformSource source(random);
  for (int i = 0; i < 64; ++i) {
    CHECK(source.below(57) == 0);
  }
  CHECK(random.calls == 1);
}

}  // namespace stagepass::vault
