#pragma once

#include "targets/deadline.hpp"
#include "targets/http/http_client.hpp"
#include "targets/wordpress/rest_answer.hpp"
#include "targets/wordpress/user_mark.hpp"
#include "targets/wordpress/wordpress_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// The users of a shop, through its REST API.
///
/// Guarantees: asks always as one who may edit (`context=edit`), because to a wrong credential
/// WordPress else answers "nobody". An empty list is believed only after the shop has confirmed
/// that we may see everybody. A request that creates is sent once.
/// Failure: `unreachable`, `refused`; see RestAnswer.
/// Secrets: passwords go into the body of a request, in protected memory.
/// Based on: WordPress 6.1, class-wp-rest-users-controller.php.
class ShopUsers final {
 public:
  /// `settings` must outlive this object.
  explicit ShopUsers(const WordPressSettings& settings)
      : settings_(settings), client_(settings.url, settings.ca_file) {}

  [[nodiscard]] Result<RestAnswer> index(const Deadline& deadline) const;
  [[nodiscard]] Result<ShopAdmin> admin(const Deadline& deadline) const;

  /// Every user in whose login, e-mail, website, slug or displayed name `text` stands.
  [[nodiscard]] Result<std::vector<ShopUser>> search(std::string_view text,
                                                     const Deadline& deadline) const;
  /// Every user with exactly this slug.
  [[nodiscard]] Result<std::vector<ShopUser>> with_slug(std::string_view slug,
                                                        const Deadline& deadline) const;
  /// Newest first.
  [[nodiscard]] Result<std::vector<ShopUser>> administrators(const Deadline& deadline) const;
  /// True only if the shop says that there is no user of this number.
  [[nodiscard]] Result<bool> is_unknown(std::int64_t id, const Deadline& deadline) const;

  /// As the shop answers; an error there is not one here.
  [[nodiscard]] Result<RestAnswer> create(const UserMark& mark, const Secret& password,
                                          const Deadline& deadline) const;
  /// Would a user of this role be made? Asks for a login name that is taken, so that none is.
  [[nodiscard]] Result<RestAnswer> try_role(const std::string& taken_login, const Secret& password,
                                            const Deadline& deadline) const;

  enum class Restored { yes, not_allowed };
  /// Marks (but the slug, which must be unique), role and password as `create` gives them. A role that was taken is given
  /// back only to an admin with the right promote_users, which nothing else takes: `not_allowed`.
  [[nodiscard]] Result<Restored> restore(const ShopUser& user, const UserMark& mark,
                                         const Secret& password, const Deadline& deadline) const;
  [[nodiscard]] Result<void> take_roles(std::int64_t id, const Deadline& deadline) const;
  /// A new password ends every login. `email` is set too, so that the old one gets no new password.
  [[nodiscard]] Result<void> change_password(std::int64_t id, const std::string& email,
                                             const Secret& password,
                                             const Deadline& deadline) const;
  /// Returns how many there were.
  [[nodiscard]] Result<std::size_t> delete_application_passwords(std::int64_t id,
                                                                 const Deadline& deadline) const;
  enum class Deleted { yes, was_gone };
  [[nodiscard]] Result<Deleted> remove(std::int64_t id, std::int64_t heir,
                                       const Deadline& deadline) const;

 private:
  [[nodiscard]] Result<RestAnswer> ask(std::string method, std::string_view route,
                                       const Secret* body, const Deadline& deadline) const;
  [[nodiscard]] Result<RestAnswer> get(std::string_view route, const Deadline& deadline) const;
  [[nodiscard]] Result<RestAnswer> post(std::string_view route, const Secret& body,
                                        const Deadline& deadline) const;
  [[nodiscard]] Result<std::vector<ShopUser>> list(std::string_view filter,
                                                   const Deadline& deadline) const;
  [[nodiscard]] Result<void> require_full_view(const Deadline& deadline) const;

  const WordPressSettings& settings_;
  HttpClient client_;
};

}  // namespace stagepass::targets
