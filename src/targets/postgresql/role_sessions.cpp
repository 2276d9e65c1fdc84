#include "targets/postgresql/role_sessions.hpp"

#include "targets/postgresql/account_role.hpp"
#include "targets/postgresql/sql_text.hpp"

#include <fmt/core.h>

#include <set>

namespace stagepass::targets {
namespace {

/// Waits up to $2 milliseconds for each that it tells to end.
constexpr const char* kTerminate =
    "SELECT pid, pg_terminate_backend(pid, $2::bigint) FROM pg_stat_activity "
    "WHERE usesysid = $1::oid AND pid <> pg_backend_pid()";

constexpr const char* kPrepared = "SELECT gid, database FROM pg_prepared_xacts WHERE owner = $1";

/// Only the role itself or a superuser may, in the database where it was prepared, and not within
/// a transaction.
Result<void> roll_back(PgConnection& connection, const UserName& name, const std::string& gid,
                       const Deadline& deadline) {
  SP_TRY(connection.run(grant_to_admin(connection, name.str()), deadline));
  SP_TRY(connection.run(fmt::format("SET ROLE {}", sql_name(name.str())), deadline));
  return connection.run(fmt::format("ROLLBACK PREPARED {}", sql_text(gid)), deadline);
}

}  // namespace

Result<std::size_t> end_sessions_of(PgConnection& connection, const std::string& oid,
                                    const Deadline& deadline) {
  constexpr const char* kAtOnce = "0";
  constexpr const char* kAWhile = "100";
  std::set<std::string> ended;
  for (const char* patience = kAtOnce;; patience = kAWhile) {
    SP_ASSIGN(const PgRows rows, connection.query(kTerminate, {oid, patience}, deadline));
    if (rows.empty()) {
      return ended.size();
    }
    for (const PgRow& row : rows) {
      ended.insert(row.front());
    }
    if (deadline.passed()) {
      return fail(Errc::unreachable, fmt::format("{} session(s) did not end in time", rows.size()));
    }
  }
}

Result<std::size_t> roll_back_prepared(AdminLogin& admin, const UserName& name,
                                       const Deadline& deadline) {
  SP_ASSIGN(PgConnection * home, admin.home(deadline));
  SP_ASSIGN(const PgRows rows, home->query(kPrepared, {name.str()}, deadline));
  for (const PgRow& row : rows) {
    SP_ASSIGN(PgConnection there, admin.open(row[1], deadline));
    SP_TRY(roll_back(there, name, row[0], deadline));
  }
  return rows.size();
}

}  // namespace stagepass::targets
