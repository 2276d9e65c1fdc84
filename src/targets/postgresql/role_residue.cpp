#include "targets/postgresql/role_residue.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

namespace stagepass::targets {
namespace {

/// {0}: the test of a role's number, with a place for the column.
std::string residue_query(const std::string& known_oid) {
  const auto is_his = [&](const char* column) {
    return known_oid.empty()
               ? fmt::format("{0} <> 0 AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = {0})",
                             column)
               : fmt::format("{} = {}", column, known_oid);
  };
  return fmt::format(
      "SELECT format('a session of it (SELECT pg_terminate_backend(%s); ends it)', pid) "
      "FROM pg_stat_activity WHERE {} "
      "UNION ALL SELECT format('the prepared transaction %L in the database %I', gid, "
      "(SELECT datname FROM pg_database WHERE oid = dbid)) FROM pg_prepared_xact() WHERE {} "
      "UNION ALL SELECT format('rights or ownership in the database %s', "
      "coalesce((SELECT quote_ident(datname) FROM pg_database WHERE oid = dbid), '(any)')) "
      "FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND {} "
      "UNION ALL SELECT 'a membership in a role' FROM pg_auth_members WHERE {} "
      "UNION ALL SELECT 'a setting of the role' FROM pg_db_role_setting WHERE {} "
      "UNION ALL SELECT 'a subscription' FROM pg_subscription WHERE {} LIMIT 100",
      is_his("usesysid"), is_his("ownerid"), is_his("refobjid"), is_his("member"),
      is_his("setrole"), is_his("subowner"));
}

}  // namespace

Result<std::vector<std::string>> residue_of_role(PgConnection& connection, const std::string& oid,
                                                 const Deadline& deadline) {
  SP_ASSIGN(const PgRows rows, connection.query(residue_query(oid), {}, deadline));
  std::vector<std::string> residue;
  for (const PgRow& row : rows) {
    residue.push_back(escape_untrusted(row.front()));
  }
  return residue;
}

}  // namespace stagepass::targets
