#include <stagepass/core/ids.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stagepass {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kBodySize = 10;
constexpr unsigned kBitsPerCharacter = 5;

template <class Kind>
struct Shape;

template <>
struct Shape<GrantIdKind> {
  static constexpr std::string_view kPrefix = "g-";
  static constexpr std::string_view kWhat = "a grant";
};

template <>
struct Shape<AccountIdKind> {
  static constexpr std::string_view kPrefix = "a-";
  static constexpr std::string_view kWhat = "an account";
};

bool is_body(std::string_view text) {
  return text.size() == kBodySize && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

template <class Kind>
Id<Kind> Id<Kind>::from_seed(const IdSeed& seed) {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : seed) {
    bits = bits << 8U | byte;
  }
  std::string text(Shape<Kind>::kPrefix);
  for (std::size_t i = 0; i < kBodySize; ++i) {
    text += kAlphabet[bits % kAlphabet.size()];
    bits >>= kBitsPerCharacter;
  }
  return Id(std::move(text));
}

template <class Kind>
Result<Id<Kind>> Id<Kind>::parse(std::string_view text) {
  constexpr std::string_view kPrefix = Shape<Kind>::kPrefix;
  if (text.substr(0, kPrefix.size()) == kPrefix && is_body(text.substr(kPrefix.size()))) {
    return Id(std::string(text));
  }
  return fail(Errc::invalid_argument,
              fmt::format("{} is not {} id", quoted(text), Shape<Kind>::kWhat),
              fmt::format("{} id looks like {}7f3k9q2m5x", Shape<Kind>::kWhat, kPrefix));
}

template <class Kind>
std::string_view Id<Kind>::body() const noexcept {
  return std::string_view(text_).substr(Shape<Kind>::kPrefix.size());
}

template class Id<GrantIdKind>;
template class Id<AccountIdKind>;

}  // namespace stagepass
