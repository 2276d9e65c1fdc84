#include "targets/mariadb/server_check.hpp"

#include "targets/mariadb/account_statements.hpp"
#include "targets/mariadb/mariadb_login.hpp"
#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace stagepass::targets {
namespace {

/// The columns of the server's own tables that the driver reads; no hash is among them.
struct OwnTable {
  const char* name;
  const char* columns;
};
constexpr std::array<OwnTable, 9> kOwnTables = {{{"user", "User, Host, is_role"},
                                                 {"db", "User, Host"},
                                                 {"tables_priv", "User, Host"},
                                                 {"columns_priv", "User, Host"},
                                                 {"procs_priv", "User, Host"},
                                                 {"proxies_priv", "User, Host"},
                                                 {"roles_mapping", "User, Host, Role"},
                                                 {"proc", "db, name, definer"},
                                                 {"event", "db, name, definer"}}};

class ServerCheck final {
 public:
  ServerCheck(SqlConnection& session, const MariadbSettings& settings)
      : session_(session), settings_(settings) {}

  Result<std::vector<Finding>> run() {
    good(fmt::format("the server answers: MariaDB {}{}", session_.version_text(),
                     settings_.server.tls == SqlTls::verify ? ", encrypted and verified" : ""));
    SP_TRY(look_at_admin());
    SP_TRY(look_at_own_tables());
    SP_TRY(settings_.role ? look_at_role() : look_at_schemas());
    SP_TRY(look_at_server());
    SP_TRY(look_at_anonymous());
    SP_TRY(look_at_from());
    return std::move(findings_);
  }

 private:
  void good(std::string text) { findings_.push_back({Finding::Kind::good, std::move(text), ""}); }
  void problem(std::string text, std::string remedy) {
    findings_.push_back({Finding::Kind::problem, std::move(text), std::move(remedy)});
  }

  Result<void> look_at_admin();
  Result<void> look_at_own_tables();
  Result<void> look_at_schemas();
  Result<void> look_at_role();
  Result<void> look_at_server();
  Result<void> look_at_anonymous();
  Result<void> look_at_from();
  /// The rights of the admin on a schema that it may pass on.
  Result<std::set<std::string>> passable_rights(const std::string& schema);
  Result<std::set<std::string>> words_of(const std::string& query);

  SqlConnection& session_;
  const MariadbSettings& settings_;
  std::string admin_;    ///< 'admin'@'host', for statements
  std::string grantee_;  ///< the same as information_schema writes it
  std::vector<Finding> findings_;
};

Result<std::set<std::string>> ServerCheck::words_of(const std::string& query) {
  SP_ASSIGN(auto rows, session_.query(query, "look at the server"));
  std::set<std::string> words;
  for (SqlRow& row : rows) {
    words.insert(std::move(row.front()));
  }
  return words;
}

Result<void> ServerCheck::look_at_admin() {
  SP_ASSIGN(const auto rows, session_.query("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1), "
                                            "SUBSTRING_INDEX(CURRENT_USER(), '@', -1)",
                                            "look at the admin account"));
  if (rows.empty() || rows.front().size() != 2) {
    return fail(Errc::unreachable, "the database does not say who the admin is");
  }
  admin_ = sql_account(rows.front()[0], rows.front()[1]);
  grantee_ = sql_string(fmt::format("'{}'@'{}'", rows.front()[0], rows.front()[1]));
  SP_ASSIGN(const auto rights, words_of("SELECT PRIVILEGE_TYPE FROM "
                                        "information_schema.USER_PRIVILEGES WHERE GRANTEE = " +
                                        grantee_));
  std::vector<std::string> missing;
  for (const char* right : {"CREATE USER", "PROCESS", "CONNECTION ADMIN"}) {
    if (!rights.contains(right)) {
      missing.emplace_back(right);
    }
  }
  if (missing.empty()) {
    good(fmt::format("{} may make accounts, see sessions and end them", escape_untrusted(admin_)));
  } else {
    problem(fmt::format("{} lacks {}", escape_untrusted(admin_), join(missing, ", ")),
            fmt::format("GRANT {} ON *.* TO {};", join(missing, ", "), escape_untrusted(admin_)));
  }
  return {};
}

Result<void> ServerCheck::look_at_own_tables() {
  std::vector<std::string> remedies;
  for (const OwnTable& table : kOwnTables) {
    const auto rows = session_.query(
        fmt::format("SELECT {} FROM mysql.{} LIMIT 0", table.columns, table.name), "look");
    if (!rows && rows.error().code == Errc::unreachable) {
      return fail(rows.error());
    }
    if (!rows) {
      remedies.push_back(fmt::format("GRANT SELECT ({}) ON mysql.{} TO {};", table.columns,
                                     table.name, escape_untrusted(admin_)));
    }
  }
  if (remedies.empty()) {
    good("the admin sees which accounts there are and what is left of them");
  } else {
    problem("the admin cannot see all that is left of an account", join(remedies, "\n"));
  }
  return {};
}

Result<std::set<std::string>> ServerCheck::passable_rights(const std::string& schema) {
  return words_of(fmt::format(
      "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = {0} AND "
      "IS_GRANTABLE = 'YES' UNION SELECT PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES "
      "WHERE GRANTEE = {0} AND IS_GRANTABLE = 'YES' AND {1} LIKE TABLE_SCHEMA ESCAPE '\\'",
      grantee_, sql_string(schema)));
}

Result<void> ServerCheck::look_at_schemas() {
  const std::string wanted = privileges_of(settings_.rights);
  for (const std::string& schema : settings_.schemas) {
    SP_ASSIGN(const auto seen, words_of("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA "
                                        "WHERE SCHEMA_NAME = " +
                                        sql_string(schema)));
    SP_ASSIGN(const auto rights, passable_rights(schema));
    bool complete = rights.contains("SELECT");
    for (const char* right : {"INSERT", "UPDATE", "DELETE"}) {
      complete = complete && (settings_.rights == MariadbRights::read || rights.contains(right));
    }
    if (!complete) {
      problem(fmt::format("the admin cannot give away {} on {}", wanted, schema),
              fmt::format("GRANT {} ON {}.* TO {} WITH GRANT OPTION;", wanted,
                          sql_schema_pattern(schema), escape_untrusted(admin_)));
    } else if (seen.empty()) {
      problem(fmt::format("there is no database {}", schema), "correct the setting database");
    } else {
      good(fmt::format("accounts get {} on {}", wanted, schema));
    }
  }
  return {};
}

Result<void> ServerCheck::look_at_role() {
  const auto excess = excess_of_role(session_, *settings_.role);
  if (!excess && excess.error().code == Errc::unreachable) {
    return fail(excess.error());
  }
  if (!excess) {
    problem(fmt::format("the admin cannot give away the role {}", *settings_.role),
            fmt::format("GRANT {} TO {} WITH ADMIN OPTION;", sql_identifier(*settings_.role),
                        escape_untrusted(admin_)));
  } else if (!excess->empty()) {
    problem(fmt::format("the role {} is too powerful: {}", *settings_.role, join(*excess, ", ")),
            "name a role that may only read and write data");
  } else {
    good(fmt::format("accounts become members of the role {}", *settings_.role));
  }
  return {};
}

Result<void> ServerCheck::look_at_server() {
  SP_ASSIGN(const auto validating,
            words_of("SELECT PLUGIN_NAME FROM information_schema.PLUGINS WHERE PLUGIN_TYPE = "
                     "'PASSWORD VALIDATION' AND PLUGIN_STATUS = 'ACTIVE' AND "
                     "@@global.strict_password_validation = 1"));
  if (!validating.empty()) {
    problem("the server checks passwords, so it takes no hashes",
            "SET GLOBAL strict_password_validation = OFF;  -- and in the server's configuration");
  }
  SP_ASSIGN(const auto read_only, words_of("SELECT 1 FROM DUAL WHERE @@global.read_only = 1"));
  if (!read_only.empty()) {
    problem("the server is read-only, as a replica is", "name the primary in the setting host");
  }
  return {};
}

/// With one of these the server lets in whoever it does not know.
Result<void> ServerCheck::look_at_anonymous() {
  const auto hosts = session_.query("SELECT Host FROM mysql.user WHERE User = ''", "look");
  if (!hosts) {
    return hosts.error().code == Errc::unreachable ? Result<void>(fail(hosts.error()))
                                                   : Result<void>();
  }
  for (const SqlRow& row : *hosts) {
    const std::string name = escape_untrusted(sql_account("", row.front()));
    problem(fmt::format("the anonymous account {} lets in any user name", name),
            fmt::format("DROP USER {};", name));
  }
  return {};
}

Result<void> ServerCheck::look_at_from() {
  SP_ASSIGN(const bool here, is_from_here(session_, settings_.from));
  good(here ? fmt::format("accounts are for {}", settings_.from)
            : fmt::format("accounts are for {}, not for here: the refused login at the end cannot "
                          "be tried",
                          settings_.from));
  return {};
}

}  // namespace

Result<std::vector<Finding>> check_mariadb(SqlConnection& session,
                                           const MariadbSettings& settings) {
  return ServerCheck(session, settings).run();
}

}  // namespace stagepass::targets
