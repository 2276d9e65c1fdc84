#pragma once

#include "targets/wordpress/rest_answer.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// How an account of ours is known among the users of a shop.
///
/// The login name cannot be changed by anybody, but it is no proof. The proof stands in four
/// fields, each written by the request that creates the user: the description is the marker; the
/// e-mail address, the website and the slug hold it in their own shapes. WordPress has no field
/// that the holder of an account cannot write, so one mark that is left is enough. The profile page
/// does not show the slug: filling in a profile never turns an account of ours into a stranger's.
/// None of it can be forged for another account: a mark counts only together with the login name it
/// was made for.
struct UserMark {
  std::string login;        ///< "sp7f3k9q2m5x"
  std::string description;  ///< the marker, byte for byte: "stagepass/a-7f3k9q2m5x.<proof>"
  std::string email;        ///< "sp7f3k9q2m5x.<proof>@stagepass.invalid"
  std::string url;          ///< "https://stagepass.invalid/a-7f3k9q2m5x.<proof>"
  std::string slug;         ///< "stagepass-7f3k9q2m5x-<proof>"

  /// Errors: `internal` for a marker that does not speak of this account.
  [[nodiscard]] static Result<UserMark> of(const AccountRef& account);

  /// WordPress takes logins that differ only in case for one.
  [[nodiscard]] bool names(const ShopUser& user) const;
  /// At least one of the four marks is left. Does not look at the login name.
  [[nodiscard]] bool is_on(const ShopUser& user) const;
};

/// Every text of `user` that is the mark of some account, as a marker; each once.
[[nodiscard]] std::vector<std::string> markers_on(const ShopUser& user);

/// What every mark of ours in a searchable field contains.
inline constexpr const char* kSearchForMarks = "stagepass";

}  // namespace stagepass::targets
