#pragma once

#include "targets/mariadb/mariadb_settings.hpp"
#include "targets/mariadb/sql_connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// The steps of which the life of an account on the server consists, each of them repeatable.
/// Whether the account is ours has been seen to before.
class AccountStatements final {
 public:
  /// All three must outlive this object.
  AccountStatements(SqlConnection& session, const MariadbSettings& settings,
                    const AccountRef& account)
      : session_(session), settings_(settings), account_(account) {}

  [[nodiscard]] Result<void> put_mark() const;
  [[nodiscard]] Result<void> remove_mark() const;

  /// A new account, locked and without rights. Errors: `conflict` if somebody has made it in
  /// between.
  [[nodiscard]] Result<void> add(const Secret& hash) const;
  /// The same state for an account that is there.
  [[nodiscard]] Result<void> reset(const Secret& hash) const;
  [[nodiscard]] Result<void> give_rights() const;
  /// Opens the door.
  [[nodiscard]] Result<void> unlock() const;

  [[nodiscard]] Result<void> lock(const std::string& host) const;
  [[nodiscard]] Result<void> take_rights(const std::string& host) const;
  [[nodiscard]] Result<void> drop(const std::string& host) const;

 private:
  [[nodiscard]] std::string name(const std::string& host) const;
  [[nodiscard]] Secret with_terms(std::string_view verb, const Secret& hash) const;
  [[nodiscard]] Result<void> give_schemas() const;
  [[nodiscard]] Result<void> give_role(const std::string& role) const;

  SqlConnection& session_;
  const MariadbSettings& settings_;
  const AccountRef& account_;
};

/// What a role must not have, a phrase each: rights on the whole server, rights to give rights
/// away, and rights to make what would outlive the account.
[[nodiscard]] Result<std::vector<std::string>> excess_of_role(SqlConnection& session,
                                                              const std::string& role);

}  // namespace stagepass::targets
