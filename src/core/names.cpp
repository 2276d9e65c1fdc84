#include <stagepass/core/names.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stagepass {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool holds(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}
bool is_lower(char c) {
  return holds(kLower, c);
}
bool is_digit(char c) {
  return holds(kDigits, c);
}
bool is_letter(char c) {
  return is_lower(c) || holds(kUpper, c);
}

/// One rule per kind of name: what it is called, what it may hold, and a sentence that says so.
template <class Kind>
struct Rule;

template <>
struct Rule<TargetNameKind> {
  static constexpr std::string_view kWhat = "a target's name";
  static constexpr std::string_view kHint =
      "use up to 32 lower-case letters, digits and dashes, a letter first, such as staging-files";
  static constexpr std::size_t kLongest = 32;
  static bool is_first(char c) { return is_lower(c); }
  static bool is_inner(char c) { return is_lower(c) || is_digit(c) || c == '-'; }
  static bool is_last(char c) { return c != '-'; }
  static constexpr bool kMayLookLikeAnId = false;
};

template <>
struct Rule<RecipientNameKind> {
  static constexpr std::string_view kWhat = "a recipient's name";
  static constexpr std::string_view kHint =
      "use a short name or an e-mail address in lower case, up to 64 characters, such as "
      "ana@psp.example";
  static constexpr std::size_t kLongest = 64;
  static bool is_first(char c) { return is_lower(c); }
  static bool is_inner(char c) { return is_lower(c) || is_digit(c) || holds("._@+-", c); }
  static bool is_last(char c) { return is_lower(c) || is_digit(c); }
  static constexpr bool kMayLookLikeAnId = false;
};

template <>
struct Rule<CaseRefKind> {
  static constexpr std::string_view kWhat = "a case's reference";
  static constexpr std::string_view kHint =
      "use the ticket's reference: up to 64 letters, digits and . _ # / -, such as MSP-48213";
  static constexpr std::size_t kLongest = 64;
  static bool is_first(char c) { return is_letter(c) || is_digit(c); }
  static bool is_inner(char c) { return is_letter(c) || is_digit(c) || holds("._#/-", c); }
  static bool is_last(char /*c*/) { return true; }
  static constexpr bool kMayLookLikeAnId = true;
};

template <>
struct Rule<UserNameKind> {
  static constexpr std::string_view kWhat = "a user name of ours";
  static constexpr std::string_view kHint = "it is sp and the ten characters of the account's id";
  static constexpr std::size_t kLongest = 12;
  static bool is_first(char c) { return c == 's'; }
  static bool is_inner(char c) { return holds("0123456789abcdefghjkmnpqrstvwxyz", c); }
  static bool is_last(char c) { return is_inner(c); }
  static constexpr bool kMayLookLikeAnId = true;
};

bool looks_like_an_id(std::string_view text) {
  return GrantId::parse(text).has_value() || AccountId::parse(text).has_value();
}

template <class Kind>
bool fits(std::string_view text) {
  using R = Rule<Kind>;
  return !text.empty() && text.size() <= R::kLongest && R::is_first(text.front()) &&
         std::all_of(text.begin() + 1, text.end(), R::is_inner) && R::is_last(text.back()) &&
         (R::kMayLookLikeAnId || !looks_like_an_id(text));
}

/// A user name must also have the shape that an account's id gives it.
template <>
bool fits<UserNameKind>(std::string_view text) {
  using R = Rule<UserNameKind>;
  return text.size() == R::kLongest && text.substr(0, 2) == "sp" &&
         std::all_of(text.begin() + 2, text.end(), R::is_inner);
}

}  // namespace

template <class Kind>
Result<Name<Kind>> Name<Kind>::parse(std::string_view text) {
  if (!fits<Kind>(text)) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is not {}", quoted(text), Rule<Kind>::kWhat),
                std::string(Rule<Kind>::kHint));
  }
  return Name(std::string(text));
}

template class Name<TargetNameKind>;
template class Name<RecipientNameKind>;
template class Name<CaseRefKind>;
template class Name<UserNameKind>;

UserName user_name_for(const AccountId& account) {
  // An id's body is what a user name is made of, so this cannot fail.
  return *UserName::parse("sp" + std::string(account.body()));
}

}  // namespace stagepass
