// Prints how many passwords of the standard policy one thread makes in a second.

#include <stagepass/core/secret.hpp>
#include <stagepass/system/sodium_random.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kPasswords = 1'000'000;

}  // namespace

int main() {
  stagepass::system::SodiumRandom random;
  auto generator =
      stagepass::vault::PasswordGenerator::make(stagepass::vault::standard_policy(), random);
  std::array<std::uint8_t, 64> room{};
  if (!generator || generator->length() > room.size()) {
    fmt::print(stderr, "generate_speed: error: the standard policy has no generator\n");
    return EXIT_FAILURE;
  }
  const stagepass::MutableBytes password(room.data(), generator->length());
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kPasswords; ++i) {
    generator->generate_into(password);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  stagepass::wipe(room);
  fmt::print("{:.0f}\n", kPasswords / took.count());
  return EXIT_SUCCESS;
}
