#include "targets/postgresql/erasure.hpp"

#include "targets/postgresql/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <vector>

namespace stagepass::targets {
namespace {

/// Databases where the role owns or holds something; the name is empty for what belongs to all.
constexpr const char* kPlaces =
    "SELECT DISTINCT coalesce(d.datname, ''), coalesce(d.datname = current_database(), true) "
    "FROM pg_shdepend s LEFT JOIN pg_database d ON d.oid = s.dbid "
    "WHERE s.refclassid = 'pg_authid'::regclass "
    "AND s.refobjid = (SELECT r.oid FROM pg_roles r WHERE r.rolname = $1)";

constexpr const char* kKeeper =
    "SELECT NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR "
    "r.rolreplication OR r.rolbypassrls OR "
    "EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)), "
    "pg_has_role(current_user, r.oid, 'USAGE') FROM pg_roles r WHERE r.rolname = $1";

struct Places {
  bool here = false;
  std::vector<std::string> elsewhere;
  [[nodiscard]] bool any() const { return here || !elsewhere.empty(); }
};

Result<Places> places_of(PgConnection& connection, const UserName& name, const Deadline& deadline) {
  SP_ASSIGN(const PgRows rows, connection.query(kPlaces, {name.str()}, deadline));
  Places places;
  for (const PgRow& row : rows) {
    if (row[1] == "t") {
      places.here = true;
    } else {
      places.elsewhere.push_back(row[0]);
    }
  }
  return places;
}

/// REASSIGN first: DROP OWNED then finds nothing to delete, only rights to revoke.
std::string release(const PgConnection& connection, const std::string& role,
                    const std::string& keeper) {
  return fmt::format("{}REASSIGN OWNED BY {} TO {}; DROP OWNED BY {}; ",
                     grant_to_admin(connection, role), sql_name(role), sql_name(keeper),
                     sql_name(role));
}

Failure explained(Error error, const UserName& name, const std::string& database,
                  const std::string& keeper) {
  error.message = fmt::format("what {} left in the database {} could not be put away: {}",
                              name.str(), escape_untrusted(database), error.message);
  error.hint = fmt::format(
      "as a superuser in that database: REASSIGN OWNED BY {0} TO {1}; DROP OWNED BY {0};",
      sql_name(name.str()), sql_name(keeper));
  return fail(std::move(error));
}

Result<void> release_in(PgConnection& connection, const UserName& name, const std::string& keeper,
                        const Deadline& deadline) {
  return connection.run(fmt::format("BEGIN; {}COMMIT", release(connection, name.str(), keeper)),
                        deadline);
}

}  // namespace

Result<KeeperState> state_of_keeper(PgConnection& connection, const std::string& keeper,
                                    const Deadline& deadline) {
  SP_ASSIGN(const PgRows rows, connection.query(kKeeper, {keeper}, deadline));
  if (rows.empty()) {
    return KeeperState{};
  }
  return KeeperState{true, rows[0][0] == "t", rows[0][1] == "t"};
}

Result<void> ensure_keeper(PgConnection& connection, const std::string& keeper,
                           const Deadline& deadline) {
  SP_ASSIGN(const KeeperState state, state_of_keeper(connection, keeper, deadline));
  if (state.exists && !state.is_powerless) {
    return fail(Errc::policy,
                fmt::format("the role {} has power of its own, so it cannot keep what a specialist "
                            "leaves",
                            keeper),
                "name another one with the setting keeper; stagepass makes it");
  }
  std::string script;
  if (!state.exists) {
    script = fmt::format(
        "CREATE ROLE {0} NOLOGIN; COMMENT ON ROLE {0} IS 'keeps what temporary "
        "accounts left behind'; ",
        sql_name(keeper));
  }
  if (!state.is_held) {
    script += grant_to_admin(connection, keeper);
  }
  return script.empty() ? Result<void>() : connection.run(script, deadline);
}

Result<void> drop_role(AdminLogin& admin, const PgSettings& settings, const UserName& name,
                       const Deadline& deadline) {
  SP_ASSIGN(PgConnection * home, admin.home(deadline));
  SP_ASSIGN(const Places places, places_of(*home, name, deadline));
  if (places.any()) {
    SP_TRY(ensure_keeper(*home, settings.keeper, deadline));
  }
  for (const std::string& database : places.elsewhere) {
    SP_ASSIGN(PgConnection there, admin.open(database, deadline));
    if (auto released = release_in(there, name, settings.keeper, deadline); !released) {
      return explained(std::move(released).error(), name, database, settings.keeper);
    }
  }
  const std::string first = places.here ? release(*home, name.str(), settings.keeper) : "";
  auto dropped = home->run(
      fmt::format("BEGIN; {}DROP ROLE {}; COMMIT", first, sql_name(name.str())), deadline);
  if (!dropped && dropped.error().code == Errc::refused && places.here) {
    return explained(std::move(dropped).error(), name, settings.database, settings.keeper);
  }
  return dropped;
}

}  // namespace stagepass::targets
