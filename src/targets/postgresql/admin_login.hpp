#pragma once

#include "targets/postgresql/connection.hpp"
#include "targets/postgresql/postgresql_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <optional>
#include <string>

namespace stagepass::targets {

/// The role that makes the accounts, and its way into the databases of the server.
///
/// Guarantees: keeps one connection to the shop's database between calls, and replaces it once it is
/// broken. Threads: one call at a time.
class AdminLogin final {
 public:
  AdminLogin(PgServer server, std::string database, std::string user,
             std::optional<Secret> password);

  /// To the shop's database. Errors: `refused` for a wrong password, else as PgConnection.
  [[nodiscard]] Result<PgConnection*> home(const Deadline& deadline);

  /// A connection of its own, to another database.
  [[nodiscard]] Result<PgConnection> open(const std::string& database,
                                          const Deadline& deadline) const;

 private:
  PgServer server_;
  std::string database_;
  std::string user_;
  std::optional<Secret> password_;
  std::optional<PgConnection> home_;
};

}  // namespace stagepass::targets
