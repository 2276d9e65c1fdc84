#include <stagepass/vault/password_generator.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <unit/vault/character_tally.hpp>
#include <vector>

// Whether passwords are what chance would make of a policy. The seeds are fixed, so the verdict is
// the same on every machine and at every run.
namespace stagepass::vault {

namespace {

using tests::CharacterTally;
using tests::must;
using tests::PasswordCounting;
using tests::SeededRandom;

using Source = std::function<void(std::vector<std::uint8_t>&)>;

/// 434,783 passwords of the standard policy have ten million characters behind the first.
constexpr std::size_t kTenMillionCharacters = 434'783;
constexpr std::size_t kAMillionCharacters = 43'479;

CharacterTally tally_of(const PasswordPolicy& policy, std::size_t passwords, const Source& source) {
  CharacterTally tally(policy);
  std::vector<std::uint8_t> password(policy.length);
  for (std::size_t i = 0; i < passwords; ++i) {
    source(password);
    tally.take(password);
  }
  return tally;
}

/// The generator that users have.
CharacterTally tally_of_ours(const PasswordPolicy& policy, std::size_t passwords,
                             std::uint64_t seed) {
  SeededRandom random(seed);
  auto generator = must(PasswordGenerator::make(policy, random));
  return tally_of(policy, passwords, [&](auto& password) { generator.generate_into(password); });
}

using Texts = std::vector<std::string>;

void check_is_chance(const CharacterTally& tally) {
  const Texts objections = tally.objections();
  const Texts missing = tally.never_seen();
  CAPTURE(objections, missing);
  CHECK(objections.empty());
  CHECK(missing.empty());
}

bool mentions(const Texts& objections, const std::string& what) {
  return std::any_of(objections.begin(), objections.end(), [&](const std::string& objection) {
    return objection.find(what) != std::string::npos;
  });
}

/// A generator with a fault: `pick` chooses from `count` with one byte of its own choice before.
using Pick = std::function<std::size_t(std::uint8_t byte, std::size_t before, std::size_t count)>;

CharacterTally tally_of_faulty(const Pick& pick) {
  const PasswordPolicy policy = standard_policy();
  SeededRandom random;
  std::vector<std::uint8_t> bytes(policy.length);
  return tally_of(policy, kAMillionCharacters, [&](std::vector<std::uint8_t>& password) {
    random.fill(bytes);
    std::size_t before = pick(bytes[0], 0, policy.first_characters.size());
    password[0] = static_cast<std::uint8_t>(policy.first_characters[before]);
    for (std::size_t i = 1; i < bytes.size(); ++i) {
      before = pick(bytes[i], before, policy.alphabet.size());
      password[i] = static_cast<std::uint8_t>(policy.alphabet[before]);
    }
  });
}

}  // namespace

TEST_CASE("ten million characters of the standard policy are what chance would give") {
  for (const std::uint64_t seed : {1, 2}) {
    CAPTURE(seed);
    const CharacterTally tally = tally_of_ours(standard_policy(), kTenMillionCharacters, seed);
    CHECK(tally.characters() > 10'000'000);
    check_is_chance(tally);
  }
}

// They are not equally likely one by one: symbols and digits are met more often than others, for
// passwords without one are not allowed. What they must be follows from counting those that are.
TEST_CASE("passwords of all classes are what chance would give of those that are allowed") {
  const PasswordPolicy policy = policy_with_all_classes();
  const CharacterTally tally = tally_of_ours(policy, kAMillionCharacters, 3);
  check_is_chance(tally);
}

TEST_CASE("every named policy gives what chance would") {
  for (const char* name : {"standard", "all-classes", "letters", "digits", "hex"}) {
    CAPTURE(name);
    PasswordPolicy policy = must(find_policy(name));
    policy.length = std::min<std::size_t>(policy.length, 32);
    policy.least_entropy_bits = 0;
    check_is_chance(tally_of_ours(policy, kAMillionCharacters, 4));
  }
}

TEST_CASE("a character of a byte modulo 57 is objected to at every place") {
  const CharacterTally tally = tally_of_faulty(
      [](std::uint8_t byte, std::size_t, std::size_t count) { return byte % count; });
  const Texts objections = tally.objections();
  for (std::size_t position = 0; position < standard_policy().length; ++position) {
    CHECK(mentions(objections, fmt::format("position {}:", position)));
  }
  CHECK(mentions(objections, "all characters"));
  CHECK(mentions(objections, "pairs at the start"));
  CHECK(mentions(objections, "pairs from odd places"));
  CHECK(mentions(objections, "pairs from even places"));
}

TEST_CASE("a character that depends on the one before it is objected to by its pairs") {
  // Each step is uniform over the 56 others, so that no place by itself looks wrong.
  const CharacterTally tally =
      tally_of_faulty([](std::uint8_t byte, std::size_t before, std::size_t count) {
        return (before + 1 + byte * (count - 1) / 256) % count;
      });
  CHECK(mentions(tally.objections(), "pairs from odd places"));
  CHECK(mentions(tally.objections(), "pairs from even places"));
}

TEST_CASE("a character that never comes is named with its place") {
  const CharacterTally tally = tally_of_faulty(
      [](std::uint8_t byte, std::size_t, std::size_t count) { return byte % (count - 1); });
  const Texts missing = tally.never_seen();
  CHECK(missing.size() == standard_policy().length);
  CHECK(mentions(missing, "position 1: " + standard_policy().alphabet.substr(56)));
}

TEST_CASE("characters that come in turn are too even to be chance") {
  std::size_t next = 0;
  const std::size_t all = standard_policy().alphabet.size();
  const CharacterTally tally =
      tally_of_faulty([&](std::uint8_t byte, std::size_t, std::size_t count) {
        return (count == all ? next++ : byte) % count;
      });
  CHECK(mentions(tally.objections(), "position 1: -"));
  CHECK(mentions(tally.objections(), "all characters: -"));
}

TEST_CASE("passwords with a class put in its place are objected to") {
  const PasswordPolicy policy = policy_with_all_classes();
  PasswordPolicy without = policy;
  without.required.clear();
  SeededRandom random(5);
  auto generator = must(PasswordGenerator::make(without, random));
  const CharacterTally tally = tally_of(policy, kAMillionCharacters, [&](auto& password) {
    generator.generate_into(password);
    for (std::size_t i = 0; i < policy.required.size(); ++i) {
      const std::string& characters = policy.required[i].characters;
      password[i + 1] = static_cast<std::uint8_t>(characters[password.back() % characters.size()]);
    }
  });
  CHECK(mentions(tally.objections(), "position 1:"));
}

TEST_CASE("two ways of counting the allowed passwords agree") {
  for (const char* name : {"standard", "all-classes", "letters", "digits", "hex"}) {
    CAPTURE(name);
    const PasswordPolicy policy = must(find_policy(name));
    CHECK(std::log2(PasswordCounting(policy).allowed()) ==
          Approx(entropy_bits(policy)).epsilon(1e-12));
  }
}

}  // namespace stagepass::vault
