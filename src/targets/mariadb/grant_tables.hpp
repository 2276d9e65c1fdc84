#pragma once

#include "targets/mariadb/sql_connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// What the server has of an account.
struct MariadbIdentity {
  std::vector<std::string> hosts;  ///< one for each 'user'@'host'. Foreign text
  bool marked = false;

  [[nodiscard]] Presence presence() const;
};

/// What the server's own tables say of accounts.
///
/// The mark of an account is a role of that name: without rights, nobody's default, made before the
/// account and dropped after it is proven gone. It stands in the same table as the account, is as
/// durable, is saved and restored with it, needs no rights beyond those to make accounts, and the
/// account itself can neither see nor change it.
class GrantTables final {
 public:
  /// `session` must outlive this object.
  explicit GrantTables(SqlConnection& session) : session_(session) {}

  [[nodiscard]] Result<MariadbIdentity> identity_of(const AccountRef& account) const;
  /// Errors: `refused` for an account that is there without our mark.
  [[nodiscard]] Result<MariadbIdentity> ours_or_absent(const AccountRef& account) const;
  [[nodiscard]] Result<std::vector<MarkedAccount>> marked() const;

  /// Live sessions of a user, from whichever host.
  [[nodiscard]] Result<std::vector<std::string>> sessions_of(const UserName& user) const;

  /// What is left of an account, a phrase each.
  [[nodiscard]] Result<std::vector<std::string>> residue_of(const AccountRef& account) const;

 private:
  /// Without the right to see them the server lists none of others', and says nothing.
  [[nodiscard]] Result<void> require_sight_of_sessions() const;

  SqlConnection& session_;
};

}  // namespace stagepass::targets
