#include <stagepass/core/names.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace stagepass {
namespace {

// ASCII only and without the locale: what a name may hold must not depend on the machine.
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower_or_digit(char c) {
  return is_lower(c) || is_digit(c);
}
bool is_letter_or_digit(char c) {
  return is_lower_or_digit(c) || is_upper(c);
}

/// Characters that satisfy `is_plain` or are one of `others`.
bool consists_of(std::string_view text, bool (*is_plain)(char), std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_plain(c) || others.find(c) != std::string_view::npos;
  });
}

bool has_length(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest;
}

/// Commands take a target or an id in the same place.
bool looks_like_id(std::string_view text) {
  return GrantId::parse(text).has_value() || AccountId::parse(text).has_value();
}

bool is_target_name(std::string_view text) {
  return has_length(text, 32) && is_lower(text.front()) && text.back() != '-' &&
         consists_of(text, is_lower_or_digit, "-") && !looks_like_id(text);
}

bool is_recipient_name(std::string_view text) {
  return has_length(text, 64) && is_lower(text.front()) && is_lower_or_digit(text.back()) &&
         consists_of(text, is_lower_or_digit, "._@+-");
}

bool is_case_ref(std::string_view text) {
  return has_length(text, 64) && is_letter_or_digit(text.front()) &&
         consists_of(text, is_letter_or_digit, "._#/-");
}

constexpr std::string_view kUserNamePrefix = "sp";

bool is_user_name(std::string_view text) {
  return text.starts_with(kUserNamePrefix) &&
         AccountId::parse(fmt::format("a-{}", text.substr(kUserNamePrefix.size()))).has_value();
}

struct NameRule {
  std::string_view what;
  std::string_view shape;
  bool (*allows)(std::string_view);
};

template <class Kind>
constexpr NameRule kRule = {};

template <>
constexpr NameRule kRule<TargetNameKind> = {
    "a target name",
    "use up to 32 lower-case letters, digits and dashes, starting with a letter: shop-staging",
    is_target_name};

template <>
constexpr NameRule kRule<RecipientNameKind> = {
    "a recipient name",
    "use a short name or an e-mail address, up to 64 lower-case letters, digits and . _ @ + -: "
    "ana@example.net",
    is_recipient_name};

template <>
constexpr NameRule kRule<CaseRefKind> = {
    "a case reference",
    "use up to 64 letters, digits and . _ # / -, starting with a letter or digit: MSP-48213",
    is_case_ref};

template <>
constexpr NameRule kRule<UserNameKind> = {
    "a user name of ours", "it looks like sp7f3k9q2m5x: sp and the ten characters of an account id",
    is_user_name};

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::string hint_for(const NameRule& rule, std::string_view text) {
  if (looks_like_id(text)) {
    return "names of this shape are kept for the ids of grants and accounts; choose another one";
  }
  if (const std::string lower = in_lower_case(text); rule.allows(lower)) {
    return fmt::format("write it in lower case: {}", lower);
  }
  return std::string(rule.shape);
}

}  // namespace

template <class Kind>
Result<Name<Kind>> Name<Kind>::parse(std::string_view text) {
  const NameRule& rule = kRule<Kind>;
  if (!rule.allows(text)) {
    return fail(Errc::invalid_argument, fmt::format("{} is not {}", quoted(text), rule.what),
                hint_for(rule, text));
  }
  return Name(std::string(text));
}

template class Name<TargetNameKind>;
template class Name<RecipientNameKind>;
template class Name<CaseRefKind>;
template class Name<UserNameKind>;

UserName user_name_for(const AccountId& account) {
  return UserName::parse(fmt::format("{}{}", kUserNamePrefix, account.body())).value();
}

}  // namespace stagepass
