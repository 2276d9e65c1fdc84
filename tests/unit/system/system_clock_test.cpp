#include <stagepass/system/sodium_random.hpp>
#include <stagepass/system/system_clock.hpp>

#include <array>
#include <chrono>
#include <stop_token>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <thread>

namespace stagepass::tests {
namespace {

TEST_CASE("SystemClock: a deadline that has passed does not wait", "[system]") {
  system::SystemClock clock;
  CHECK(clock.wait_until(clock.now(), {}) == Wake::deadline);
  CHECK(clock.wait_until(Timestamp(), {}) == Wake::deadline);
}

TEST_CASE("SystemClock: the wait lasts until the deadline and not a second longer", "[system]") {
  system::SystemClock clock;
  const Timestamp deadline = clock.now() + std::chrono::seconds(1);
  CHECK(clock.wait_until(deadline, {}) == Wake::deadline);
  CHECK(clock.now() == deadline);
}

TEST_CASE("SystemClock: a stop ends the wait for the far future at once", "[system]") {
  system::SystemClock clock;
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  const auto started = std::chrono::steady_clock::now();
  CHECK(clock.wait_until(Timestamp::max(), source.get_token()) == Wake::stopped);
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(1));
}

TEST_CASE("SodiumRandom: two fills differ", "[system]") {
  system::SodiumRandom random;
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  random.fill(first);
  random.fill(second);
  CHECK(first != second);
}

}  // namespace
}  // namespace stagepass::tests
