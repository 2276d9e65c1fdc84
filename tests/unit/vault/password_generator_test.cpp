#include <stagepass/vault/password_generator.hpp>

#include <array>
#include <cmath>
#include <map>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::vault {

namespace {

using tests::must;
using tests::SeededRandom;

std::string next_password(PasswordGenerator& generator) {
  std::string password(generator.length(), '\0');
  generator.generate_into({reinterpret_cast<std::uint8_t*>(password.data()), password.size()});
  return password;
}

bool is_within_five_sigma(double count, double draws, double probability) {
  const double sigma = std::sqrt(draws * probability * (1 - probability));
  return std::abs(count - draws * probability) < 5 * sigma;
}

}  // namespace

TEST_CASE("a standard password has 24 characters of the alphabet and starts with a letter") {
  SeededRandom random;
  auto generator = must(PasswordGenerator::make(standard_policy(), random));
  const PasswordPolicy policy = standard_policy();
  for (int i = 0; i < 1000; ++i) {
    const std::string password = next_password(generator);
    REQUIRE(password.find_first_not_of(policy.alphabet) == std::string::npos);
    REQUIRE(policy.first_characters.find(password[0]) != std::string::npos);
  }
  CHECK(generator.entropy_bits() == Approx(139.8).margin(0.05));
}

TEST_CASE("generate and generate_into give the same password for the same random bytes") {
  SeededRandom random_a(7);
  SeededRandom random_b(7);
  auto generator_a = must(PasswordGenerator::make(standard_policy(), random_a));
  auto generator_b = must(PasswordGenerator::make(standard_policy(), random_b));
  const Secret password = generator_a.generate();
  CHECK(password.reveal_text() == next_password(generator_b));
}

TEST_CASE("two passwords in a row differ") {
  SeededRandom random;
  auto generator = must(PasswordGenerator::make(standard_policy(), random));
  CHECK_FALSE(generator.generate() == generator.generate());
}

TEST_CASE("every password of all classes holds each class and never starts with a symbol") {
  const PasswordPolicy policy = policy_with_all_classes();
  SeededRandom random;
  auto generator = must(PasswordGenerator::make(policy, random));
  for (int i = 0; i < 10'000; ++i) {
    const std::string password = next_password(generator);
    REQUIRE(password.find_first_of("-_.") > 0);
    for (const RequiredClass& required : policy.required) {
      CAPTURE(required.name);
      REQUIRE(password.find_first_of(required.characters) != std::string::npos);
    }
  }
}

// Placing one character of each class and shuffling would favour passwords with few of them.
TEST_CASE("passwords are uniform over all that the policy allows") {
  PasswordPolicy policy;
  policy.length = 3;
  policy.alphabet = "abc1";
  policy.required = {{"digit", "1"}};
  policy.least_entropy_bits = 0;
  SeededRandom random;
  auto generator = must(PasswordGenerator::make(policy, random));

  constexpr int kPasswords = 100'000;
  std::map<std::string, int> counts;
  for (int i = 0; i < kPasswords; ++i) {
    ++counts[next_password(generator)];
  }
  CHECK(counts.size() == 4 * 4 * 4 - 3 * 3 * 3);
  for (const auto& [password, count] : counts) {
    CAPTURE(password);
    CHECK(is_within_five_sigma(count, kPasswords, 1.0 / 37));
  }
}

TEST_CASE("a password longer than one draw of random bytes is complete") {
  PasswordPolicy policy = standard_policy();
  policy.length = 1024;
  SeededRandom random;
  auto generator = must(PasswordGenerator::make(policy, random));
  CHECK(next_password(generator).find_first_not_of(policy.alphabet) == std::string::npos);
}

}  // namespace stagepass::vault
