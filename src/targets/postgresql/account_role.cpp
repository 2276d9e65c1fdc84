#include "targets/postgresql/account_role.hpp"

#include "targets/postgresql/sql_text.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/core/timestamp.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace stagepass::targets {
namespace {

constexpr const char* kFindRole =
    "SELECT r.oid, coalesce(shobj_description(r.oid, 'pg_authid'), ''), r.rolsuper OR "
    "r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls "
    "FROM pg_roles r WHERE r.rolname = $1";

constexpr const char* kFindMemberships =
    "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid "
    "JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = $1";

/// Everything that a member of these roles can become. {0}: the roles, {1}: harmless predefined.
constexpr const char* kFindPower =
    "WITH RECURSIVE given AS (SELECT unnest({0}) AS name), "
    "reach(oid) AS (SELECT r.oid FROM pg_roles r JOIN given ON given.name = r.rolname "
    "UNION SELECT m.roleid FROM pg_auth_members m JOIN reach ON m.member = reach.oid) "
    "SELECT 'does not exist', name FROM given "
    "WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name) "
    "UNION ALL SELECT 'gives more than access to data', r.rolname "
    "FROM reach JOIN pg_roles r ON r.oid = reach.oid "
    "WHERE r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls "
    "OR r.rolname = current_user OR (starts_with(r.rolname, 'pg_') AND r.rolname <> ALL({1}))";

using Names = std::vector<std::string>;

Result<Names> memberships_of(PgConnection& connection, const UserName& name,
                             const Deadline& deadline) {
  SP_ASSIGN(const PgRows rows, connection.query(kFindMemberships, {name.str()}, deadline));
  Names roles;
  for (const PgRow& row : rows) {
    roles.push_back(row.front());
  }
  return roles;
}

std::string revoke(const Names& roles, const std::string& user) {
  return roles.empty() ? "" : fmt::format("REVOKE {} FROM {}; ", sql_names(roles), user);
}

/// Members of the group of our own may not become it: what they make would then belong to it.
std::string grant(const PgConnection& connection, const PgSettings& settings,
                  const std::string& user) {
  const bool knows_options = connection.server_version() >= kVersionWithGrantOptions;
  return fmt::format(
      "GRANT {} TO {}{}; ", sql_names(settings.roles), user,
      knows_options && settings.has_own_group ? " WITH INHERIT TRUE, SET FALSE" : "");
}

}  // namespace

Result<std::optional<PgRole>> find_role(PgConnection& connection, const std::string& name,
                                        const Deadline& deadline) {
  SP_ASSIGN(const PgRows rows, connection.query(kFindRole, {name}, deadline));
  if (rows.empty()) {
    return std::optional<PgRole>();
  }
  return std::optional(PgRole{rows[0][0], rows[0][1], rows[0][2] == "t"});
}

Result<std::optional<PgRole>> find_ours(PgConnection& connection, const AccountRef& account,
                                        const Deadline& deadline) {
  SP_ASSIGN(auto role, find_role(connection, account.user_name.str(), deadline));
  if (role && role->marker != account.marker) {
    return fail(Errc::refused,
                fmt::format("the role {} does not carry our mark, so it was not touched",
                            account.user_name.str()),
                "somebody else made or changed it: look at its COMMENT");
  }
  return role;
}

Result<void> require_harmless(PgConnection& connection, const Names& roles,
                              const Deadline& deadline) {
  const std::string statement = fmt::format(fmt::runtime(kFindPower), sql_array(roles),
                                            sql_array(harmless_predefined_roles()));
  SP_ASSIGN(const PgRows rows, connection.query(statement, {}, deadline));
  if (rows.empty()) {
    return {};
  }
  return fail(Errc::policy, fmt::format("the role {} {}", escape_untrusted(rows[0][1]), rows[0][0]),
              "run `stagepass target test` to see what the server still needs");
}

Result<void> make_role(PgConnection& connection, const RoleOrder& order, const Deadline& deadline) {
  const std::string user = sql_name(order.account.ref.user_name.str());
  std::string script = fmt::format(
      "BEGIN; {} ROLE {} NOLOGIN INHERIT CONNECTION LIMIT {} PASSWORD {} VALID UNTIL {}; "
      "COMMENT ON ROLE {} IS {}; ",
      order.exists ? "ALTER" : "CREATE", user, order.settings.connection_limit,
      sql_text(order.verifier), sql_text(format_utc(order.account.expires_at)), user,
      sql_text(order.account.ref.marker));
  if (order.exists) {
    SP_ASSIGN(const Names before,
              memberships_of(connection, order.account.ref.user_name, deadline));
    script += revoke(before, user);
  }
  script += grant(connection, order.settings, user);
  script += fmt::format("ALTER ROLE {} LOGIN; COMMIT", user);
  return connection.run(script, deadline);
}

Result<void> close_role(PgConnection& connection, const UserName& name, const Deadline& deadline) {
  SP_ASSIGN(const Names roles, memberships_of(connection, name, deadline));
  const std::string user = sql_name(name.str());
  return connection.run(
      fmt::format("BEGIN; ALTER ROLE {0} NOLOGIN PASSWORD NULL VALID UNTIL '2000-01-01T00:00:00Z'; "
                  "{1}COMMIT",
                  user, revoke(roles, user)),
      deadline);
}

Result<void> set_role_end(PgConnection& connection, const UserName& name, Timestamp expires_at,
                          const Deadline& deadline) {
  return connection.run(fmt::format("ALTER ROLE {} VALID UNTIL {}", sql_name(name.str()),
                                    sql_text(format_utc(expires_at))),
                        deadline);
}

std::string grant_to_admin(const PgConnection& connection, const std::string& role) {
  const bool knows_options = connection.server_version() >= kVersionWithGrantOptions;
  return fmt::format("GRANT {} TO CURRENT_USER{}; ", sql_name(role),
                     knows_options ? " WITH INHERIT TRUE, SET TRUE" : "");
}

}  // namespace stagepass::targets
