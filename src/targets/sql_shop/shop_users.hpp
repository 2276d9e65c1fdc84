#pragma once

#include "targets/sql_shop/shop_database.hpp"
#include "targets/sql_shop/shop_platform.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// A row that has the login name or a mark of an account.
struct SqlShopUser {
  std::string id;         ///< digits
  bool is_ours = false;   ///< at least one proof is left on it
  bool is_whole = false;  ///< nobody has changed its name or any mark
};

/// One account among the users of a shop, over one connection that is alone with it.
///
/// Guarantees: a row is changed only where, at that moment, one of its marks is a proof.
class SqlShopUsers final {
 public:
  /// Opens the database and waits until no other session of ours is at work on the account.
  /// Errors: `refused` if a table of this version of the shop is missing or out of reach.
  [[nodiscard]] static Result<SqlShopUsers> of(const ShopPlatform& platform, ShopDatabase database,
                                               const AccountRef& account);

  [[nodiscard]] Result<std::vector<SqlShopUser>> found();
  /// Errors: `refused` if one of them is not ours.
  [[nodiscard]] Result<void> require_no_stranger(const std::vector<SqlShopUser>& users) const;
  [[nodiscard]] Result<std::vector<SqlShopUser>> ours_or_none();

  /// Makes the user, shut, or makes the one that is there whole again; returns its number.
  [[nodiscard]] Result<std::string> prepare(const std::vector<SqlShopUser>& there);
  [[nodiscard]] Result<void> set_password(const std::string& id, const Secret& password,
                                          Random& random);
  [[nodiscard]] Result<void> open_door(const std::string& id);

  [[nodiscard]] Result<void> shut(const std::string& id);
  /// Takes sessions and tokens away; returns how many there were.
  [[nodiscard]] Result<std::size_t> end_access(const std::string& id);
  /// All rows of all these users, or none.
  [[nodiscard]] Result<void> erase(const std::vector<SqlShopUser>& users);
  /// What is left under the number of a user that was erased.
  [[nodiscard]] Result<std::vector<std::string>> residue_of(const std::string& id);

  [[nodiscard]] ShopDatabase& database() { return database_; }

 private:
  SqlShopUsers(const ShopPlatform& platform, ShopDatabase database, const AccountRef& account,
               std::vector<ShopMark> marks);

  [[nodiscard]] Result<void> require_tables() const;
  [[nodiscard]] Result<void> require_rows(const std::string& id);
  [[nodiscard]] Result<std::string> insert();
  [[nodiscard]] Result<void> delete_sides(const std::string& id);
  /// "`username` = 'sp…'"
  [[nodiscard]] static std::string condition_of(const ShopMark& mark);
  /// "id = 7 AND (…)": the row, if it carries a proof.
  [[nodiscard]] std::string ours(const std::string& id) const;
  [[nodiscard]] std::vector<ShopColumn> mark_columns() const;
  [[nodiscard]] std::string users_table() const { return database_.table(users_.name); }

  const ShopPlatform& platform_;
  ShopDatabase database_;
  std::string name_;
  std::vector<ShopMark> marks_;
  UserTable users_;
  std::vector<SideTable> sides_;
};

/// Those of them that may be changed.
[[nodiscard]] std::vector<SqlShopUser> only_ours(const std::vector<SqlShopUser>& users);

/// The rows of `side` that belong to the user.
[[nodiscard]] std::string side_rows(const ShopDatabase& database, const SideTable& side,
                                    const std::string& id);

}  // namespace stagepass::targets
