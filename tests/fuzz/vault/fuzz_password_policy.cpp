// Password policies put together on the command line: what one promises, its passwords keep.

#include <stagepass/vault/password_generator.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::fuzz {
namespace {

bool holds_one_of(std::string_view password, std::string_view characters) {
  return password.find_first_of(characters) != std::string_view::npos;
}

void try_generator(const vault::PasswordPolicy& policy) {
  static tests::SeededRandom random;
  auto generator = vault::PasswordGenerator::make(policy, random);
  if (!generator) {
    require_safe(generator.error());
    require(
        generator.error().code == Errc::invalid_argument || generator.error().code == Errc::policy,
        "a policy that cannot be is a wrong argument or too weak");
    return;
  }
  require(generator->entropy_bits() >= policy.least_entropy_bits, "a password is strong enough");
  const Secret secret = generator->generate();
  const std::string_view password = secret.reveal_text();
  require(password.size() == policy.length, "a password has its length");
  require(password.find_first_not_of(policy.alphabet) == std::string_view::npos,
          "a password keeps to its alphabet");
  require(policy.first_characters.empty() ||
              policy.first_characters.find(password.front()) != std::string::npos,
          "a password begins as it must");
  require(std::all_of(policy.required.begin(), policy.required.end(),
                      [&](const vault::RequiredClass& each) {
                        return holds_one_of(password, each.characters);
                      }),
          "a password holds every class");
}

/// Lines: a named policy; its length and least entropy as two bytes; the alphabet; the first
/// characters; then kinds of characters that are required.
void try_policy(std::string_view input) {
  const Result<vault::PasswordPolicy> named = vault::find_policy(take_until(input, '\n'));
  if (!named) {
    require_safe(named.error());
  }
  vault::PasswordPolicy policy = named.value_or(vault::PasswordPolicy());
  const std::string_view numbers = take_until(input, '\n');
  if (numbers.size() == 2) {
    policy.length = static_cast<unsigned char>(numbers[0]);
    policy.least_entropy_bits = static_cast<unsigned char>(numbers[1]);
  }
  if (const std::string_view alphabet = take_until(input, '\n'); !alphabet.empty()) {
    policy.alphabet = alphabet;
  }
  if (const std::string_view first = take_until(input, '\n'); !first.empty()) {
    policy.first_characters = first;
  }
  while (!input.empty()) {
    if (const auto required = vault::require_class(policy, take_until(input, '\n')); !required) {
      require_safe(required.error());
    }
  }
  try_generator(policy);
}

const Registration registration({"password_policy", try_policy});

}  // namespace
}  // namespace stagepass::fuzz
