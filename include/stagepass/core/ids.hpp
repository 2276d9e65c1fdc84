#pragma once

#include <stagepass/core/result.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace stagepass {

/// Random bytes an id is made of: 50 of these 56 bits are used.
using IdSeed = std::array<std::uint8_t, 7>;

/// A short random id that is safe in a shell, a file name and a ticket: a prefix and ten characters
/// of Crockford's lower-case base 32 (no i, l, o, u). Never reused.
template <class Kind>
class Id final {
 public:
  [[nodiscard]] static Id from_seed(const IdSeed& seed);

  /// Errors: `invalid_argument` with the expected shape.
  [[nodiscard]] static Result<Id> parse(std::string_view text);

  /// "g-7f3k9q2m5x"
  [[nodiscard]] const std::string& str() const noexcept { return text_; }

  /// The ten characters without the prefix.
  [[nodiscard]] std::string_view body() const noexcept;

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct GrantIdKind;
struct AccountIdKind;
using GrantId = Id<GrantIdKind>;      // g-…
using AccountId = Id<AccountIdKind>;  // a-…

}  // namespace stagepass
