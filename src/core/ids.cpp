#include <stagepass/core/ids.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

namespace stagepass {
namespace {

// Crockford's base 32: 5 bits a character, nothing that reads like something else.
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kBodyLength = 10;

template <class Kind>
constexpr std::string_view kPrefix = {};
template <>
constexpr std::string_view kPrefix<GrantIdKind> = "g-";
template <>
constexpr std::string_view kPrefix<AccountIdKind> = "a-";

template <class Kind>
constexpr std::string_view kWhat = {};
template <>
constexpr std::string_view kWhat<GrantIdKind> = "the id of a grant";
template <>
constexpr std::string_view kWhat<AccountIdKind> = "the id of an account";

bool is_body(std::string_view text) {
  return text.size() == kBodyLength && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

template <class Kind>
Id<Kind> Id<Kind>::from_seed(const IdSeed& seed) {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : seed) {
    bits = (bits << 8U) | byte;
  }
  std::string text(kPrefix<Kind>);
  for (std::size_t i = 0; i < kBodyLength; ++i) {
    text += kAlphabet[bits & 0x1FU];
    bits >>= 5U;
  }
  return Id(std::move(text));
}

template <class Kind>
Result<Id<Kind>> Id<Kind>::parse(std::string_view text) {
  if (!text.starts_with(kPrefix<Kind>) || !is_body(text.substr(kPrefix<Kind>.size()))) {
    return fail(Errc::invalid_argument, fmt::format("{} is not {}", quoted(text), kWhat<Kind>),
                fmt::format("it looks like {}7f3k9q2m5x: {} and ten lower-case letters or digits",
                            kPrefix<Kind>, kPrefix<Kind>));
  }
  return Id(std::string(text));
}

template <class Kind>
std::string_view Id<Kind>::body() const noexcept {
  return std::string_view(text_).substr(kPrefix<Kind>.size());
}

template class Id<GrantIdKind>;
template class Id<AccountIdKind>;

}  // namespace stagepass
