#pragma once

#include "targets/shopware/api_answer.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// How an account of ours is known among the users of a Shopware back office.
///
/// The id is chosen by us and follows from the marker, so nobody else can have made a user of it,
/// and no user can change it: it tells an account of ours whatever its holder did to the login name
/// and the e-mail address, both of which Shopware lets everybody change in his profile. The marker
/// stands beside it in a custom field, for people and for other vaults, and in the e-mail address.
struct UserIdentity {
  std::string id;        ///< 32 hex digits
  std::string username;  ///< "sp7f3k9q2m5x"
  std::string email;     ///< "sp7f3k9q2m5x.<proof>@stagepass.invalid"
  std::string marker;    ///< byte for byte

  /// Errors: `internal` for a marker that does not speak of this account.
  [[nodiscard]] static Result<UserIdentity> of(const AccountRef& account);

  [[nodiscard]] bool is_ours(const BackOfficeUser& user) const;
  [[nodiscard]] bool has_name_of(const BackOfficeUser& user) const;
};

/// The id of the user that this marker stands for.
[[nodiscard]] std::string id_for_marker(const std::string& marker);

/// What `user` is in a listing, once for each mark on it: under the name that the mark was made for
/// if the id says that it is that account's, whatever it is called by now.
[[nodiscard]] std::vector<MarkedAccount> marks_on(const BackOfficeUser& user);

}  // namespace stagepass::targets
