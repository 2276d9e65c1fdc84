#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cmath>
#include <iterator>
#include <limits>
#include <vault/password_policy.hpp>

namespace stagepass::vault {

namespace {

constexpr std::size_t kLongestPassword = 1024;
constexpr std::size_t kMostClasses = 8;
// Drawing until valid must end soon: at least one draw in 2^10 has to be valid.
constexpr double kMostBitsLostToClasses = 10;

// Without O I l 0 1: they are mistaken for each other when read aloud or copied by hand.
constexpr std::string_view kUpper = "ABCDEFGHJKLMNPQRSTUVWXYZ";
constexpr std::string_view kLower = "abcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kDigits = "23456789";
// The only ones that no shell, URL, YAML, .env, CSV or SQL literal takes for its own.
constexpr std::string_view kSymbols = "-_.";

using CharacterSet = std::bitset<256>;

CharacterSet set_of(std::string_view characters) {
  CharacterSet set;
  for (const char c : characters) {
    set.set(static_cast<unsigned char>(c));
  }
  return set;
}

/// log2 of how many passwords of `length` hold a character of every class: inclusion and exclusion
/// over the sets of classes that are missing.
double count_bits(const PasswordPolicy& policy, std::size_t length) {
  const CharacterSet alphabet = set_of(policy.alphabet);
  const CharacterSet first =
      policy.first_characters.empty() ? alphabet : set_of(policy.first_characters);
  long double allowed = 0;
  for (std::size_t missing = 0; missing < (std::size_t{1} << policy.required.size()); ++missing) {
    CharacterSet left = alphabet;
    for (std::size_t i = 0; i < policy.required.size(); ++i) {
      if ((missing >> i & 1U) != 0) {
        left &= ~set_of(policy.required[i].characters);
      }
    }
    const long double without =
        static_cast<long double>((first & left).count()) *
        std::pow(static_cast<long double>(left.count()), static_cast<long double>(length - 1));
    allowed += std::popcount(missing) % 2 == 0 ? without : -without;
  }
  return allowed > 0 ? static_cast<double>(std::log2(allowed))
                     : -std::numeric_limits<double>::infinity();
}

Result<void> check_characters(std::string_view what, std::string_view characters) {
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(characters.begin(), characters.end(), is_visible)) {
    return fail(Errc::invalid_argument,
                fmt::format("{} holds a blank or a character outside printable ASCII", what),
                "use letters, digits and punctuation");
  }
  if (set_of(characters).count() != characters.size()) {
    return fail(Errc::invalid_argument, fmt::format("{} holds a character twice", what),
                "a character that counts twice would be drawn more often; name each once");
  }
  return {};
}

Result<void> check_subset(std::string_view what, std::string_view part, std::string_view alphabet) {
  if ((set_of(part) & ~set_of(alphabet)).any()) {
    return fail(Errc::invalid_argument, fmt::format("{} is not part of the alphabet", what),
                fmt::format("the alphabet is {}", stagepass::quoted(alphabet)));
  }
  return {};
}

Result<void> check_classes(const PasswordPolicy& policy) {
  if (policy.required.size() > std::min(policy.length, kMostClasses)) {
    return fail(Errc::invalid_argument,
                fmt::format("{} required classes are too many for {} characters",
                            policy.required.size(), policy.length),
                fmt::format("require at most {} classes, and no more than there are characters",
                            kMostClasses));
  }
  for (const RequiredClass& required : policy.required) {
    const std::string what = fmt::format("the class {}", stagepass::quoted(required.name));
    if (required.characters.empty()) {
      return fail(Errc::invalid_argument, what + " has no characters");
    }
    SP_TRY(check_characters(what, required.characters));
    SP_TRY(check_subset(what, required.characters, policy.alphabet));
  }
  return {};
}

Result<void> check_consistency(const PasswordPolicy& policy) {
  if (policy.length == 0 || policy.length > kLongestPassword) {
    return fail(Errc::invalid_argument,
                fmt::format("a password cannot have {} characters", policy.length),
                fmt::format("choose 1 to {}", kLongestPassword));
  }
  if (policy.alphabet.empty()) {
    return fail(Errc::invalid_argument, "the alphabet is empty");
  }
  SP_TRY(check_characters("the alphabet", policy.alphabet));
  SP_TRY(check_characters("the set of first characters", policy.first_characters));
  SP_TRY(check_subset("the set of first characters", policy.first_characters, policy.alphabet));
  SP_TRY(check_classes(policy));

  PasswordPolicy without_classes = policy;
  without_classes.required.clear();
  if (count_bits(policy, policy.length) <
      count_bits(without_classes, policy.length) - kMostBitsLostToClasses) {
    return fail(Errc::invalid_argument,
                "fewer than one password in a thousand would hold every required class",
                "require fewer classes or allow more characters");
  }
  return {};
}

std::string remedy_for_low_entropy(const PasswordPolicy& policy) {
  for (std::size_t length = policy.length + 1; length <= kLongestPassword; ++length) {
    if (count_bits(policy, length) >= policy.least_entropy_bits) {
      return fmt::format("a length of {} would do", length);
    }
  }
  return "allow more characters";
}

struct CharacterKind {
  std::string_view name;
  bool (*holds)(char);
};

bool is_between(char c, char first, char last) {
  return first <= c && c <= last;
}
bool is_upper(char c) {
  return is_between(c, 'A', 'Z');
}
bool is_lower(char c) {
  return is_between(c, 'a', 'z');
}
bool is_digit(char c) {
  return is_between(c, '0', '9');
}
bool is_symbol(char c) {
  return !is_upper(c) && !is_lower(c) && !is_digit(c);
}

constexpr std::array<CharacterKind, 4> kKinds = {{
    {"upper", is_upper},
    {"lower", is_lower},
    {"digit", is_digit},
    {"symbol", is_symbol},
}};

PasswordPolicy letters_policy() {
  PasswordPolicy policy;
  policy.alphabet = fmt::format("{}{}", kUpper, kLower);
  return policy;
}

PasswordPolicy digits_policy() {
  PasswordPolicy policy;
  policy.length = 40;
  policy.alphabet = "0123456789";
  return policy;
}

PasswordPolicy hex_policy() {
  PasswordPolicy policy;
  policy.length = 32;
  policy.alphabet = "0123456789abcdef";
  return policy;
}

struct NamedPolicy {
  std::string_view name;
  PasswordPolicy (*make)();
};

constexpr std::array<NamedPolicy, 5> kNamed = {{
    {"standard", standard_policy},
    {"all-classes", policy_with_all_classes},
    {"letters", letters_policy},
    {"digits", digits_policy},
    {"hex", hex_policy},
}};

}  // namespace

PasswordPolicy standard_policy() {
  PasswordPolicy policy;
  policy.alphabet = fmt::format("{}{}{}", kUpper, kLower, kDigits);
  policy.first_characters = fmt::format("{}{}", kUpper, kLower);
  return policy;
}

PasswordPolicy policy_with_all_classes() {
  PasswordPolicy policy = standard_policy();
  policy.alphabet += kSymbols;
  policy.required = {{"upper-case letter", std::string(kUpper)},
                     {"lower-case letter", std::string(kLower)},
                     {"digit", std::string(kDigits)},
                     {"symbol", std::string(kSymbols)}};
  return policy;
}

Result<PasswordPolicy> find_policy(std::string_view name) {
  const auto* known = std::find_if(kNamed.begin(), kNamed.end(),
                                   [&](const NamedPolicy& each) { return each.name == name; });
  if (known != kNamed.end()) {
    return known->make();
  }
  return fail(Errc::not_found,
              fmt::format("there is no password policy {}", stagepass::quoted(name)),
              "choose standard, all-classes, letters, digits or hex");
}

std::vector<std::string> policy_names() {
  std::vector<std::string> names;
  names.reserve(kNamed.size());
  for (const NamedPolicy& each : kNamed) {
    names.emplace_back(each.name);
  }
  return names;
}

Result<void> require_class(PasswordPolicy& policy, std::string_view kind) {
  const auto* known = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const CharacterKind& each) { return each.name == kind; });
  if (known == kKinds.end()) {
    return fail(Errc::invalid_argument,
                fmt::format("there is no kind of characters {}", stagepass::quoted(kind)),
                "choose upper, lower, digit or symbol");
  }
  std::string characters;
  std::copy_if(policy.alphabet.begin(), policy.alphabet.end(), std::back_inserter(characters),
               known->holds);
  if (characters.empty()) {
    return fail(Errc::invalid_argument, fmt::format("the alphabet has no {} character", kind),
                "choose another --policy or --alphabet");
  }
  policy.required.push_back({std::string(kind), std::move(characters)});
  return {};
}

double entropy_bits(const PasswordPolicy& policy) {
  return check_consistency(policy) ? count_bits(policy, policy.length)
                                   : -std::numeric_limits<double>::infinity();
}

Result<double> checked_entropy(const PasswordPolicy& policy) {
  SP_TRY(check_consistency(policy));
  const double entropy = count_bits(policy, policy.length);
  if (entropy < policy.least_entropy_bits) {
    return fail(
        Errc::policy,
        fmt::format("such a password has {:.1f} bits of entropy, fewer than the {:.1f} demanded",
                    entropy, policy.least_entropy_bits),
        remedy_for_low_entropy(policy));
  }
  return entropy;
}

}  // namespace stagepass::vault
