#include "targets/postgresql/server_check.hpp"

#include "targets/postgresql/account_role.hpp"
#include "targets/postgresql/erasure.hpp"
#include "targets/postgresql/own_group.hpp"
#include "targets/postgresql/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr int kOldestVersion = 140000;
constexpr std::int64_t kMostSecondsOff = 60;
/// A name like those of accounts, which no account has.
constexpr const char* kSampleName = "sp0000000000";

constexpr const char* kAsk =
    "SELECT r.rolsuper, r.rolcreaterole, r.rolinherit, "
    "pg_has_role(current_user, 'pg_signal_backend', 'USAGE'), pg_is_in_recovery(), "
    "current_setting('password_encryption'), extract(epoch FROM clock_timestamp())::bigint "
    "FROM pg_roles r WHERE r.rolname = current_user";

constexpr const char* kOpenDatabases =
    "SELECT quote_ident(d.datname) FROM pg_database d WHERE d.datallowconn "
    "AND d.datname <> current_database() AND has_database_privilege('public', d.oid, 'CONNECT') "
    "ORDER BY 1";

constexpr const char* kUngrantable =
    "SELECT r.rolname FROM pg_roles r WHERE r.rolname = ANY({}) "
    "AND NOT pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION') ORDER BY 1";

constexpr const char* kCannotConnect =
    "SELECT NOT bool_or(has_database_privilege(r.oid, current_database(), 'CONNECT')) "
    "FROM pg_roles r WHERE r.rolname = ANY({})";

/// Schemas where accounts may make things that the keeper may not own. {0}: roles, {1}: keeper.
constexpr const char* kUnkeepable =
    "SELECT DISTINCT quote_ident(n.nspname) FROM pg_namespace n, pg_roles r, pg_roles k "
    "WHERE n.nspname !~ '^(pg_|information_schema$)' AND r.rolname = ANY({0}) "
    "AND k.rolname = {1} AND has_schema_privilege(r.oid, n.oid, 'CREATE') "
    "AND NOT has_schema_privilege(k.oid, n.oid, 'CREATE') ORDER BY 1";

constexpr const char* kLeftBehind =
    "SELECT pg_describe_object(s.classid, s.objid, s.objsubid) FROM pg_shdepend s "
    "JOIN pg_roles r ON r.oid = s.refobjid JOIN pg_database d ON d.oid = s.dbid "
    "WHERE s.refclassid = 'pg_authid'::regclass AND s.deptype = 'o' "
    "AND d.datname = current_database() AND r.rolname = ANY({}) ORDER BY 1 LIMIT 20";

class ServerCheck final {
 public:
  ServerCheck(AdminLogin& admin, const PgSettings& settings, CheckTools tools,
              const Deadline& deadline)
      : admin_(admin), settings_(settings), tools_(tools), deadline_(deadline) {}

  Result<std::vector<Finding>> run() {
    auto home = admin_.home(deadline_);
    if (!home) {
      problem(home.error().message, home.error().hint);
      return std::move(findings_);
    }
    connection_ = *home;
    SP_TRY(check_server_and_admin());
    SP_TRY(check_roles());
    SP_TRY(check_keeper());
    SP_TRY(check_other_databases());
    SP_TRY(check_login());
    return std::move(findings_);
  }

 private:
  void good(std::string text) { findings_.push_back({Finding::Kind::good, std::move(text), {}}); }
  void problem(std::string text, std::string remedy) {
    findings_.push_back({Finding::Kind::problem, std::move(text), std::move(remedy)});
  }
  void expect(bool is_fine, std::string good_text, std::string problem_text, std::string remedy) {
    is_fine ? good(std::move(good_text)) : problem(std::move(problem_text), std::move(remedy));
  }

  Result<std::vector<std::string>> names(const std::string& statement) {
    SP_ASSIGN(const PgRows rows, connection_->query(statement, {}, deadline_));
    std::vector<std::string> found;
    for (const PgRow& row : rows) {
      found.push_back(escape_untrusted(row.front()));
    }
    return found;
  }

  Result<void> check_server_and_admin() {
    const int version = connection_->server_version();
    expect(version >= kOldestVersion,
           fmt::format("PostgreSQL {} answers{}", version / 10000,
                       connection_->is_encrypted() ? ", encrypted" : ""),
           fmt::format("PostgreSQL {} is too old", version / 10000), "use 14 or later");
    SP_ASSIGN(const PgRows rows, connection_->query(kAsk, {}, deadline_));
    const PgRow& row = rows.at(0);
    is_super_ = row[0] == "t";
    const std::string admin = sql_name(settings_.admin);
    expect(is_super_ || row[1] == "t", fmt::format("{} may make roles", settings_.admin),
           fmt::format("{} may not make roles", settings_.admin),
           fmt::format("ALTER ROLE {} CREATEROLE;", admin));
    expect(is_super_ || row[2] == "t",
           fmt::format("{} acts with the rights of its roles", settings_.admin),
           fmt::format("{} does not inherit the rights of its roles", settings_.admin),
           fmt::format("ALTER ROLE {} INHERIT;", admin));
    expect(row[3] == "t", fmt::format("{} may end sessions", settings_.admin),
           fmt::format("{} may not end the sessions of others", settings_.admin),
           fmt::format("GRANT pg_signal_backend TO {};", admin));
    expect(row[4] == "f", "the server takes changes",
           "the server is a standby and takes no changes",
           "give the address of the primary as host");
    expect(row[5] == "scram-sha-256", "passwords are kept as SCRAM-SHA-256",
           "a password that a specialist changes would be kept as MD5",
           "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; SELECT pg_reload_conf();");
    check_clock(row[6]);
    return {};
  }

  void check_clock(const std::string& servers_time) {
    const std::int64_t off = std::strtoll(servers_time.c_str(), nullptr, 10) -
                             tools_.clock.now().time_since_epoch().count();
    expect(std::abs(off) <= kMostSecondsOff, "the server's clock agrees with this machine's",
           fmt::format("the server's clock is {} seconds off, and it ends logins by itself", off),
           "synchronise both clocks (NTP)");
  }

  Result<void> check_roles() {
    auto harmless = require_harmless(*connection_, settings_.roles, deadline_);
    if (!harmless && harmless.error().code != Errc::policy) {
      return harmless;
    }
    if (!harmless) {
      problem(harmless.error().message, remedy_for_group());
      return {};
    }
    good(fmt::format("accounts become members of {}", join(settings_.roles, ", ")));
    SP_TRY(check_grantable());
    const std::string roles = sql_array(settings_.roles);
    SP_ASSIGN(const auto answer, names(fmt::format(fmt::runtime(kCannotConnect), roles)));
    expect(answer.front() == "f", fmt::format("they may connect to {}", settings_.database),
           fmt::format("they may not connect to {}", settings_.database),
           fmt::format("GRANT CONNECT ON DATABASE {} TO {};", sql_name(settings_.database),
                       sql_name(settings_.roles.front())));
    for (const std::string& schema : settings_.schemas) {
      SP_TRY(settings_.has_own_group ? check_schema(schema) : Result<void>());
    }
    return {};
  }

  std::string remedy_for_group() const {
    if (!settings_.has_own_group) {
      return "name roles of this server that give access to the shop's data and nothing else";
    }
    std::vector<std::string> statements = {
        fmt::format("CREATE ROLE {} NOLOGIN;", sql_name(settings_.roles.front()))};
    if (connection_->server_version() >= kVersionWithGrantOptions) {
      statements.push_back(membership_grant(settings_.roles.front()));
    }
    for (std::string& each : group_statements(settings_)) {
      statements.push_back(std::move(each));
    }
    return fmt::format("-- as a superuser, in the database {}:\n{}", settings_.database,
                       join(statements, "\n"));
  }

  /// The right to make members, and none of the role's own.
  std::string membership_grant(const std::string& role) const {
    return fmt::format("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;", sql_name(role),
                       sql_name(settings_.admin));
  }

  Result<void> check_grantable() {
    if (is_super_ || connection_->server_version() < kVersionWithGrantOptions) {
      return {};  // CREATEROLE is enough
    }
    SP_ASSIGN(const auto found,
              names(fmt::format(fmt::runtime(kUngrantable), sql_array(settings_.roles))));
    for (const std::string& role : found) {
      problem(fmt::format("{} may not make anybody a member of {}", settings_.admin, role),
              membership_grant(role));
    }
    return {};
  }

  Result<void> check_schema(const std::string& schema) {
    const std::string group = sql_text(settings_.roles.front());
    SP_ASSIGN(
        const PgRows rows,
        connection_->query(fmt::format("SELECT has_schema_privilege({}, oid, 'USAGE'), oid FROM "
                                       "pg_namespace WHERE nspname = $1",
                                       group),
                           {schema}, deadline_));
    if (rows.empty()) {
      problem(fmt::format("there is no schema {} in {}", schema, settings_.database),
              "name the shop's schemas with the setting schemas, e.g. schemas=public");
      return {};
    }
    expect(rows[0][0] == "t", fmt::format("they may use the schema {}", schema),
           fmt::format("they may not use the schema {}", schema),
           fmt::format("GRANT USAGE ON SCHEMA {} TO {};", sql_name(schema),
                       sql_name(settings_.roles.front())));
    return check_tables(schema);
  }

  Result<void> check_tables(const std::string& schema) {
    const std::string group = sql_text(settings_.roles.front());
    std::string lacks = fmt::format("NOT has_table_privilege({}, c.oid, 'SELECT')", group);
    if (settings_.rights == PgRights::write) {
      for (const char* right : {"INSERT", "UPDATE", "DELETE"}) {
        lacks += fmt::format(" OR NOT has_table_privilege({}, c.oid, '{}')", group, right);
      }
    }
    SP_ASSIGN(const auto found,
              names(fmt::format("SELECT quote_ident(c.relname) FROM pg_class c "
                                "WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE "
                                "nspname = {}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ({}) "
                                "ORDER BY 1 LIMIT 10",
                                sql_text(schema), lacks)));
    expect(found.empty(),
           fmt::format("they have {} on all tables of {}", table_rights(settings_), schema),
           fmt::format("they lack {} on tables of {}: {}", table_rights(settings_), schema,
                       join(found, ", ")),
           fmt::format("GRANT {} ON ALL TABLES IN SCHEMA {} TO {};", table_rights(settings_),
                       sql_name(schema), sql_name(settings_.roles.front())));
    return {};
  }

  Result<void> check_keeper() {
    SP_ASSIGN(const KeeperState state, state_of_keeper(*connection_, settings_.keeper, deadline_));
    if (!state.exists) {
      return {};  // it is made when it is needed
    }
    const std::string keeper = sql_name(settings_.keeper);
    expect(state.is_powerless && state.is_held,
           fmt::format("{} keeps what accounts leave behind", settings_.keeper),
           state.is_powerless
               ? fmt::format("{} may not give anything to {}", settings_.admin, settings_.keeper)
               : fmt::format("{} has power of its own, so it cannot keep what a specialist leaves",
                             settings_.keeper),
           state.is_powerless ? fmt::format("GRANT {} TO {};", keeper, sql_name(settings_.admin))
                              : "name another role with the setting keeper");
    SP_ASSIGN(const auto schemas,
              names(fmt::format(fmt::runtime(kUnkeepable), sql_array(settings_.roles),
                                sql_text(settings_.keeper))));
    for (const std::string& schema : schemas) {
      problem(fmt::format("accounts may make things in the schema {} that {} may not own", schema,
                          settings_.keeper),
              fmt::format("GRANT CREATE ON SCHEMA {} TO {};", schema, keeper));
    }
    return tell_left_behind();
  }

  Result<void> tell_left_behind() {
    std::vector<std::string> owners = {settings_.keeper};
    if (settings_.has_own_group) {
      owners.push_back(settings_.roles.front());
    }
    SP_ASSIGN(const auto found, names(fmt::format(fmt::runtime(kLeftBehind), sql_array(owners))));
    if (!found.empty()) {
      good(fmt::format("former accounts left behind: {}", join(found, ", ")));
    }
    return {};
  }

  Result<void> check_other_databases() {
    SP_ASSIGN(const auto open, names(kOpenDatabases));
    const std::string list = join(open, ", ");
    expect(
        open.empty() || settings_.accepts_other_databases,
        open.empty() ? "accounts may connect to no other database"
                     : fmt::format("accounts may connect to {} too: accepted", list),
        fmt::format("every role may connect to other databases: {}", list),
        fmt::format("REVOKE CONNECT ON DATABASE {} FROM PUBLIC; -- or accept it with the setting "
                    "other_databases=accept",
                    list));
    return {};
  }

  /// Would an account be asked for its password?
  Result<void> check_login() {
    std::array<std::uint8_t, 16> bytes{};
    tools_.random.fill(bytes);
    const Secret password = Secret::copy_of(to_hex(bytes));
    SP_ASSIGN(const PgOpening opening,
              PgConnection::open(settings_.server, {settings_.database, kSampleName, &password},
                                 deadline_));
    const bool is_trusted = opening.connection.has_value() || opening.refusal.is_past_password;
    if (!is_trusted && !is_login_refusal(opening.refusal)) {
      return fail(error_of_refusal(opening.refusal));
    }
    expect(
        !is_trusted, "the server refuses a login that it does not know",
        "the server lets accounts in without asking for their password",
        fmt::format("put this line into pg_hba.conf, before the one that applies now, and reload: "
                    "hostssl {} all all scram-sha-256",
                    settings_.database));
    return {};
  }

  AdminLogin& admin_;
  const PgSettings& settings_;
  CheckTools tools_;
  const Deadline& deadline_;
  PgConnection* connection_ = nullptr;
  bool is_super_ = false;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> check_server(AdminLogin& admin, const PgSettings& settings,
                                          CheckTools tools, const Deadline& deadline) {
  return ServerCheck(admin, settings, tools, deadline).run();
}

}  // namespace stagepass::targets
