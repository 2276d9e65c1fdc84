#pragma once

#include "targets/deadline.hpp"
#include "targets/shopware/admin_api.hpp"
#include "targets/shopware/api_answer.hpp"
#include "targets/shopware/shopware_settings.hpp"
#include "targets/shopware/user_identity.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// The users of a Shopware back office.
///
/// Guarantees: a list is believed only if it is as long as the shop says that it is; who may not
/// read users is refused, never shown an empty one.
/// Failure: `unreachable`, `refused`; see ApiAnswer. Secrets: passwords go into the body of a
/// request, in protected memory.
/// Based on: Shopware 6.6, UserController.php: who sends "admin" at all must be an administrator.
class BackOffice final {
 public:
  /// `settings` must outlive this object.
  explicit BackOffice(const ShopwareSettings& settings) : settings_(settings), api_(settings) {}

  [[nodiscard]] Result<std::string> version(const Deadline& deadline);

  /// Every user with this id, this login name or this e-mail address.
  [[nodiscard]] Result<std::vector<BackOfficeUser>> matching(const UserIdentity& who,
                                                             const Deadline& deadline);
  [[nodiscard]] Result<std::vector<BackOfficeUser>> all(const Deadline& deadline);
  /// True only if the shop says that there is no user of this id.
  [[nodiscard]] Result<bool> is_unknown(const std::string& id, const Deadline& deadline);

  /// The id of the role that the settings name. Errors: `policy` if the shop has no such role.
  [[nodiscard]] Result<std::string> role_id(const Deadline& deadline);
  [[nodiscard]] Result<std::string> locale_id(const Deadline& deadline);

  /// Makes the user `id` or brings it back to what it was made as. As the shop answers.
  [[nodiscard]] Result<ApiAnswer> write(const std::string& id, const UserIdentity& who,
                                        const Secret& password, const Deadline& deadline);

  /// No login any more: not active, and another password, which ends every token that was given
  /// out. `email` is set too, so that no new password is sent to the old one.
  [[nodiscard]] Result<ApiAnswer> shut(const std::string& id, const std::string& email,
                                       const Secret& password, const Deadline& deadline);
  /// Keys of the user's own, which open the API without the password. Returns how many there were.
  [[nodiscard]] Result<std::size_t> remove_access_keys(const std::string& id,
                                                       const Deadline& deadline);
  /// As the shop answers; to most versions "there is none" is no error.
  [[nodiscard]] Result<ApiAnswer> remove(const std::string& id, const Deadline& deadline);

  [[nodiscard]] const HttpClient& client() const { return api_.client(); }

 private:
  [[nodiscard]] Result<std::vector<BackOfficeUser>> list(nlohmann::json criteria,
                                                         const Deadline& deadline);
  [[nodiscard]] Result<std::vector<std::string>> ids_with(const char* entity, const char* field,
                                                          const std::string& value,
                                                          const Deadline& deadline);

  const ShopwareSettings& settings_;
  AdminApi api_;
};

}  // namespace stagepass::targets
