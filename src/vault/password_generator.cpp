#include <stagepass/vault/password_generator.hpp>

#include <algorithm>
#include <utility>
#include <vault/password_policy.hpp>
#include <vault/uniform_source.hpp>

namespace stagepass::vault {

namespace {

char draw(UniformSource& source, std::string_view characters) {
  return characters[source.below(characters.size())];
}

bool holds_one_of(Bytes password, std::string_view characters) {
  return std::any_of(password.begin(), password.end(), [&](std::uint8_t byte) {
    return characters.find(static_cast<char>(byte)) != std::string_view::npos;
  });
}

bool holds_every_class(Bytes password, const std::vector<RequiredClass>& required) {
  return std::all_of(required.begin(), required.end(), [&](const RequiredClass& one) {
    return holds_one_of(password, one.characters);
  });
}

}  // namespace

PasswordGenerator::PasswordGenerator(PasswordPolicy policy, Random& random, double entropy)
    : policy_(std::move(policy)), random_(&random), entropy_bits_(entropy) {}

Result<PasswordGenerator> PasswordGenerator::make(PasswordPolicy policy, Random& random) {
  SP_ASSIGN(const double entropy, checked_entropy(policy));
  if (policy.first_characters.empty()) {
    policy.first_characters = policy.alphabet;
  }
  return PasswordGenerator(std::move(policy), random, entropy);
}

Secret PasswordGenerator::generate() {
  return Secret::make(policy_.length, [&](MutableBytes out) { generate_into(out); });
}

void PasswordGenerator::generate_into(MutableBytes out) {
  const MutableBytes password = out.first(policy_.length);
  UniformSource source(*random_);
  do {
    password.front() = static_cast<std::uint8_t>(draw(source, policy_.first_characters));
    for (std::uint8_t& byte : password.subspan(1)) {
      byte = static_cast<std::uint8_t>(draw(source, policy_.alphabet));
    }
  } while (!holds_every_class(password, policy_.required));
}

}  // namespace stagepass::vault
