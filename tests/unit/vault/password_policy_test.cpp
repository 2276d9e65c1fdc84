#include <stagepass/vault/password_generator.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <unit/vault/password_counting.hpp>

namespace stagepass::vault {

namespace {

using Catch::Matchers::ContainsSubstring;
using tests::error_of;
using tests::must;
using tests::SeededRandom;

PasswordPolicy small_policy(std::size_t length, std::string alphabet, std::string first = {},
                            std::vector<RequiredClass> required = {}) {
  PasswordPolicy policy;
  policy.length = length;
  policy.alphabet = std::move(alphabet);
  policy.first_characters = std::move(first);
  policy.required = std::move(required);
  policy.least_entropy_bits = 0;
  return policy;
}

bool is_allowed(const std::string& password, const PasswordPolicy& policy) {
  const bool starts_well = policy.first_characters.empty() ||
                           policy.first_characters.find(password[0]) != std::string::npos;
  return starts_well &&
         std::all_of(policy.required.begin(), policy.required.end(), [&](const auto& required) {
           return password.find_first_of(required.characters) != std::string::npos;
         });
}

/// By trying every string there is.
std::size_t count_allowed(const PasswordPolicy& policy) {
  std::vector<std::string> strings = {""};
  for (std::size_t i = 0; i < policy.length; ++i) {
    std::vector<std::string> longer;
    for (const std::string& start : strings) {
      for (const char c : policy.alphabet) {
        longer.push_back(start + c);
      }
    }
    strings = std::move(longer);
  }
  return static_cast<std::size_t>(
      std::count_if(strings.begin(), strings.end(),
                    [&](const std::string& password) { return is_allowed(password, policy); }));
}

constexpr std::array<const char*, 5> kNamedPolicies = {"standard", "all-classes", "letters",
                                                       "digits", "hex"};

std::string printable() {
  std::string all;
  for (char c = '!'; c <= '~'; ++c) {
    all += c;
  }
  return all;
}

/// The bits are counted in another way than the library counts them. Policies that hardly ever hold
/// all of their classes are contradictory, not weak.
void check_made_only_with_128_bits(const PasswordPolicy& policy) {
  const double bits = std::log2(tests::PasswordCounting(policy).allowed());
  const bool is_contradictory = entropy_bits(policy) == -std::numeric_limits<double>::infinity();
  SeededRandom random;
  const auto generator = PasswordGenerator::make(policy, random);
  if (bits >= 128 - 1e-9) {
    CHECK(generator);
  } else {
    CHECK(error_of(generator) == (is_contradictory ? Errc::invalid_argument : Errc::policy));
  }
}

Error refusal_of(const PasswordPolicy& policy) {
  SeededRandom random;
  const auto generator = PasswordGenerator::make(policy, random);
  REQUIRE_FALSE(generator);
  return generator.error();
}

}  // namespace

TEST_CASE("the standard policy has 24 unambiguous characters and 139.8 bits") {
  const PasswordPolicy policy = standard_policy();
  CHECK(policy.length == 24);
  CHECK(policy.alphabet.size() == 57);
  CHECK(policy.first_characters.size() == 49);
  CHECK(policy.alphabet.find_first_of("OIl01") == std::string::npos);
  CHECK(entropy_bits(policy) == Approx(std::log2(49.0) + 23 * std::log2(57.0)));
  CHECK(entropy_bits(policy) == Approx(139.8).margin(0.05));
}

TEST_CASE("named policies have the entropy that is written down") {
  CHECK(entropy_bits(must(find_policy("standard"))) == Approx(139.8).margin(0.05));
  CHECK(entropy_bits(must(find_policy("letters"))) == Approx(134.8).margin(0.05));
  CHECK(entropy_bits(must(find_policy("digits"))) == Approx(132.9).margin(0.05));
  CHECK(entropy_bits(must(find_policy("hex"))) == 128);
  const double all_classes = entropy_bits(must(find_policy("all-classes")));
  CHECK(all_classes > 140);
  CHECK(all_classes < std::log2(49.0) + 23 * std::log2(60.0));
}

TEST_CASE("every named policy has 128 bits, and one that is cut below them is refused") {
  SeededRandom random;
  for (const char* name : kNamedPolicies) {
    PasswordPolicy policy = must(find_policy(name));
    CHECK(must(PasswordGenerator::make(policy, random)).entropy_bits() >= 128);
    for (std::size_t length = policy.required.size() + 1; length <= policy.length; ++length) {
      PasswordPolicy shorter = policy;
      shorter.length = length;
      shorter.least_entropy_bits = 128;
      CAPTURE(name, length);
      check_made_only_with_128_bits(shorter);
    }
  }
}

TEST_CASE("a policy of one's own is made only with 128 bits") {
  for (std::size_t size = 2; size <= 94; size += 4) {
    for (std::size_t length = 1; length <= 130; ++length) {
      PasswordPolicy policy;
      policy.length = length;
      policy.alphabet = printable().substr(0, size);
      CAPTURE(policy.alphabet, length);
      check_made_only_with_128_bits(policy);
    }
  }
}

TEST_CASE("an unknown policy name is answered with the known ones") {
  const auto policy = find_policy("strong\x1b[2J");
  REQUIRE_FALSE(policy);
  CHECK(policy.error().code == Errc::not_found);
  CHECK_THAT(policy.error().hint, ContainsSubstring("all-classes"));
  CHECK_THAT(policy.error().message, !ContainsSubstring("\x1b"));
}

TEST_CASE("entropy is exact where every password can be counted") {
  const std::vector<PasswordPolicy> policies = {
      small_policy(1, "a"),
      small_policy(4, "abc12"),
      small_policy(4, "abc12", "abc"),
      small_policy(4, "abc12", "abc", {{"digit", "12"}}),
      small_policy(5, "abAB12", "", {{"lower", "ab"}, {"upper", "AB"}, {"digit", "12"}}),
      small_policy(5, "abAB12", "1", {{"lower", "ab"}, {"upper", "AB"}, {"digit", "12"}}),
      small_policy(4, "abcd", "ab", {{"one", "abc"}, {"overlapping", "bcd"}, {"same", "bcd"}}),
      small_policy(3, "abc", "", {{"a", "a"}, {"b", "b"}, {"c", "c"}}),
  };
  for (const PasswordPolicy& policy : policies) {
    CAPTURE(policy.alphabet, policy.first_characters, policy.length);
    CHECK(entropy_bits(policy) ==
          Approx(std::log2(static_cast<double>(count_allowed(policy)))).margin(1e-12));
  }
}

TEST_CASE("contradictory policies are refused with what is wrong") {
  struct BadPolicy {
    std::string name;
    std::function<void(PasswordPolicy&)> spoil;
    std::string message;
  };
  const std::vector<BadPolicy> bad_policies = {
      {"length 0", [](auto& p) { p.length = 0; }, "cannot have 0 characters"},
      {"length 1025", [](auto& p) { p.length = 1025; }, "cannot have 1025 characters"},
      {"empty alphabet", [](auto& p) { p.alphabet.clear(); }, "the alphabet is empty"},
      {"duplicate", [](auto& p) { p.alphabet += 'A'; }, "the alphabet holds a character twice"},
      {"blank", [](auto& p) { p.alphabet += ' '; }, "the alphabet holds a blank"},
      {"newline", [](auto& p) { p.alphabet += '\n'; }, "the alphabet holds a blank"},
      {"NUL", [](auto& p) { p.alphabet += '\0'; }, "the alphabet holds a blank"},
      {"DEL", [](auto& p) { p.alphabet += '\x7f'; }, "the alphabet holds a blank"},
      {"umlaut", [](auto& p) { p.alphabet += "\xc3\xa4"; }, "outside printable ASCII"},
      {"first twice", [](auto& p) { p.first_characters = "AA"; }, "first characters holds"},
      {"first outside", [](auto& p) { p.first_characters = "+"; }, "is not part of the alphabet"},
      {"empty class",
       [](auto& p) {
         p.required = {{"none", ""}};
       },
       "has no characters"},
      {"class outside",
       [](auto& p) {
         p.required = {{"plus", "+"}};
       },
       "is not part of the alpha"},
      {"class twice",
       [](auto& p) {
         p.required = {{"two", "22"}};
       },
       "holds a character twice"},
      {"more classes than characters",
       [](auto& p) {
         p.length = 1;
         p.required = {{"digit", "2"}, {"letter", "a"}};
       },
       "2 required classes are too many for 1 characters"},
      {"too many classes",
       [](auto& p) {
         p.required.assign(9, {"digit", "2"});
       },
       "are too many"},
      {"hardly any password left",
       [](auto& p) {
         p.length = 3;
         p.required = {{"a", "a"}, {"b", "b"}, {"c", "c"}};
       },
       "fewer than one password in a thousand"},
      {"no password left",
       [](auto& p) {
         p.length = 2;
         p.first_characters = "2";
         p.required = {{"a", "a"}, {"b", "b"}};
       },
       "fewer than one password in a thousand"},
  };
  for (const BadPolicy& bad : bad_policies) {
    CAPTURE(bad.name);
    PasswordPolicy policy = standard_policy();
    policy.least_entropy_bits = 0;
    bad.spoil(policy);
    const Error error = refusal_of(policy);
    CHECK(error.code == Errc::invalid_argument);
    CHECK_THAT(error.message, ContainsSubstring(bad.message));
    CHECK(entropy_bits(policy) == -std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("a required kind holds what the alphabet has of it") {
  PasswordPolicy policy = standard_policy();
  REQUIRE(require_class(policy, "digit"));
  CHECK(policy.required.back().characters == "23456789");

  CHECK(error_of(require_class(policy, "symbol")) == Errc::invalid_argument);
  CHECK(error_of(require_class(policy, "emoji")) == Errc::invalid_argument);
  CHECK(policy.required.size() == 1);
}

TEST_CASE("a weak policy is refused with the length that would do") {
  PasswordPolicy policy = standard_policy();
  policy.length = 21;
  const Error error = refusal_of(policy);
  CHECK(error.code == Errc::policy);
  CHECK_THAT(error.message, ContainsSubstring("122.3 bits"));
  CHECK(error.hint == "a length of 22 would do");

  SeededRandom random;
  policy.length = 22;
  CHECK(PasswordGenerator::make(policy, random));
}

TEST_CASE("a weak policy that no length can mend asks for more characters") {
  PasswordPolicy policy = standard_policy();
  policy.alphabet = "a";
  policy.first_characters.clear();
  CHECK(refusal_of(policy).hint == "allow more characters");
}

TEST_CASE("the longest password of all printable characters is still counted") {
  CHECK(entropy_bits(small_policy(1024, printable())) == Approx(1024 * std::log2(94.0)));
}

}  // namespace stagepass::vault
