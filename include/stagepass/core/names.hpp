#pragma once

#include <stagepass/core/ids.hpp>
#include <stagepass/core/result.hpp>

#include <compare>
#include <string>
#include <string_view>
#include <utility>

namespace stagepass {

/// Text that was checked against the rules of its kind when it was made, so that nobody need check
/// again.
template <class Kind>
class Name final {
 public:
  /// Errors: `invalid_argument`; message and hint say what the kind allows.
  [[nodiscard]] static Result<Name> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const noexcept { return text_; }

  friend bool operator==(const Name&, const Name&) = default;
  friend auto operator<=>(const Name&, const Name&) = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct TargetNameKind;
struct RecipientNameKind;
struct CaseRefKind;
struct UserNameKind;

/// A target as the merchant calls it: lower-case letters, digits and dashes, up to 32.
using TargetName = Name<TargetNameKind>;
/// A specialist: a short name or an e-mail address, up to 64.
using RecipientName = Name<RecipientNameKind>;
/// A ticket's reference ("MSP-48213"), up to 64.
using CaseRef = Name<CaseRefKind>;
/// A login name we make: "sp" and the ten characters of the account's id. Nothing else ever is one,
/// so a damaged row cannot name `root`.
using UserName = Name<UserNameKind>;

[[nodiscard]] UserName user_name_for(const AccountId& account);

}  // namespace stagepass
