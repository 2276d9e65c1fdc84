#pragma once

#include "targets/http/page_session.hpp"
#include "targets/sql_shop/shop_database.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::targets {

/// A text that stands in one column of a user of ours.
struct ShopMark {
  std::string column;
  std::string value;
  /// Only this vault can have made it. The others are how the user logs in.
  bool is_proof = false;
};

struct ShopColumn {
  std::string name;
  std::string value;  ///< an expression of SQL
};

/// A table whose rows belong to users: roles, sessions, tokens, histories.
struct SideTable {
  std::string name;
  std::string user;       ///< its column with the user's number
  std::string condition;  ///< " AND …": which rows are of users of the back office; or empty
  std::string phrase;     ///< one of them: "a role"
  std::string access;     ///< which of them let somebody in: "1 = 1"; empty: none
  std::string ending;     ///< what takes that from them: "status = 0"; empty: they are deleted
  std::vector<std::string> written = {};  ///< the columns that the driver itself writes
  bool is_rewritten = false;              ///< in rows that are there, too
};

/// The table of the users of a back office.
struct UserTable {
  std::string name;
  std::string id;
  std::string login;  ///< the column that a person logs in by
  std::string active;
  std::string password;
  std::size_t narrowest_password = 0;  ///< characters that the column must hold
};

/// What the login page made of a login, and a page that only who is logged in sees.
struct ShopLogin {
  LoginTrial trial;
  std::string page;
  /// Why an accepted password is not yet a way in, for a person; empty if it is.
  std::string missing = {};
};

/// What is peculiar to one kind of shop. The rest is done by one driver for all of them.
class ShopPlatform {
 public:
  virtual ~ShopPlatform() = default;

  /// All tables that may be asked for, without prefix.
  [[nodiscard]] virtual std::vector<std::string> tables() const = 0;
  [[nodiscard]] virtual UserTable users(const ShopDatabase& database) const = 0;
  /// Those of this version of the shop.
  [[nodiscard]] virtual std::vector<SideTable> sides(const ShopDatabase& database) const = 0;
  /// Further columns that are only read: "user_group" and "user_group_id, name".
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> read_only() const = 0;

  // --- marks -----------------------------------------------------------------------------------

  /// Errors: `internal` for a marker that does not speak of the account.
  [[nodiscard]] virtual Result<std::vector<ShopMark>> marks_of(const AccountRef& account) const = 0;
  /// The columns that `marked_by` reads, and which rows may carry marks of any vault.
  [[nodiscard]] virtual std::string marked_columns() const = 0;
  [[nodiscard]] virtual std::string marked_condition() const = 0;
  /// What such a row says; nothing if it only looks like it.
  [[nodiscard]] virtual std::vector<MarkedAccount> marked_by(const SqlRow& row) const = 0;

  // --- making and ending -------------------------------------------------------------------------

  /// What the shop needs before a user can be made: an error says what is missing.
  [[nodiscard]] virtual Result<void> require_ready(ShopDatabase& database) const = 0;
  /// Everything that a new user has beside marks, password and the door that is still shut.
  [[nodiscard]] virtual Result<std::vector<ShopColumn>> columns_of_new(
      ShopDatabase& database) const = 0;
  /// "password = '…'", with whatever else belongs to the hash.
  [[nodiscard]] virtual Result<Secret> password_assignment(const ShopDatabase& database,
                                                           const Secret& password,
                                                           Random& random) const = 0;
  /// What takes the password, and every letter that could bring a new one, from a user.
  [[nodiscard]] virtual std::vector<ShopColumn> shut_columns(const ShopDatabase& database) const;
  /// Rows in side tables; before the door is opened.
  [[nodiscard]] virtual Result<void> give_role(ShopDatabase& database, const std::string& id) const;
  /// What the shop asks for beside the password; before the door is opened.
  [[nodiscard]] virtual Result<void> give_second_factor(ShopDatabase& database,
                                                        const std::string& id,
                                                        const Secret& password,
                                                        Random& random) const;
  /// As TargetDriver.
  [[nodiscard]] virtual std::optional<Secret> second_factor(const Secret& password) const;
  /// The end that the shop itself keeps, if it can.
  [[nodiscard]] virtual Result<void> set_end(ShopDatabase& database, const std::string& id,
                                             Timestamp at) const;
  /// Findings beyond tables and rights.
  [[nodiscard]] virtual Result<std::vector<Finding>> check(ShopDatabase& database) const = 0;

  // --- the back office -----------------------------------------------------------------------------

  [[nodiscard]] virtual Result<ShopLogin> try_login(const HttpClient& client, const UserName& user,
                                                    const Secret& password,
                                                    const Deadline& deadline) const = 0;
  [[nodiscard]] virtual PageSession::IsLoggedOut logged_out() const = 0;
  /// What a specialist must know beside name and password and address.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const = 0;
};

/// `seconds` that follow from the marker, from 0 to `below`: for a mark in a column of dates.
[[nodiscard]] long long seconds_from(const std::string& marker, long long below);
/// "1453-05-29 06:30:00"
[[nodiscard]] std::string sql_date(Timestamp at);

/// "name = value, …" for a statement.
[[nodiscard]] std::string assignments(const std::vector<ShopColumn>& columns);
/// The text of a secret between others.
[[nodiscard]] Secret assignment(std::string_view column, const Secret& value);

}  // namespace stagepass::targets
