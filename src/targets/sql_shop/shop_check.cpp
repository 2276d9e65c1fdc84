#include "targets/sql_shop/shop_check.hpp"

#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <mysqld_error.h>
#include <string>
#include <utility>

namespace stagepass::targets {
namespace {

/// What the driver does with one table.
struct Use {
  std::string table;
  std::string id;                    ///< a column to try with
  std::vector<std::string> columns;  ///< that are read
  bool inserts = false;
  bool updates = false;
  bool deletes = true;
};

class DatabaseCheck final {
 public:
  DatabaseCheck(ShopDatabase& database, const ShopPlatform& platform, const ShopSettings& settings)
      : database_(database), platform_(platform), settings_(settings) {}

  Result<std::vector<Finding>> run() {
    good(fmt::format("the database answers: {}{}", database_.sql().version_text(),
                     settings_.server.tls == SqlTls::verify ? ", encrypted and verified" : ""));
    SP_TRY(look_at_admin());
    SP_TRY(look_at_tables());
    SP_TRY(look_at_reading());
    SP_TRY(look_at_server());
    if (is_ready_) {
      SP_ASSIGN(std::vector<Finding> more, platform_.check(database_));
      for (Finding& each : more) {
        findings_.push_back(std::move(each));
      }
    }
    if (!settings_.url) {
      good("without the setting url the refused login at the end cannot be tried");
    }
    return std::move(findings_);
  }

 private:
  void good(std::string text) { findings_.push_back({Finding::Kind::good, std::move(text), ""}); }
  void problem(std::string text, std::string remedy) {
    findings_.push_back({Finding::Kind::problem, std::move(text), std::move(remedy)});
    is_ready_ = false;
  }

  Result<void> look_at_admin();
  Result<void> look_at_tables();
  Result<void> look_at_table(const Use& use);
  Result<void> look_at_reading();
  Result<void> look_at_server();
  [[nodiscard]] std::vector<Use> uses() const;
  /// True if the server does not forbid it; a missing table or column is told as a problem.
  Result<bool> may(const std::string& statement, const std::string& table);

  ShopDatabase& database_;
  const ShopPlatform& platform_;
  const ShopSettings& settings_;
  std::string admin_;  ///< 'admin'@'host', for statements
  bool is_ready_ = true;
  std::vector<Finding> findings_;
};

Result<void> DatabaseCheck::look_at_admin() {
  SP_ASSIGN(const auto rows,
            database_.sql().query("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1), "
                                  "SUBSTRING_INDEX(CURRENT_USER(), '@', -1)",
                                  "look at the admin account"));
  if (rows.empty() || rows.front().size() != 2) {
    return fail(Errc::unreachable, "the database does not say who the admin is");
  }
  admin_ = escape_untrusted(sql_account(rows.front()[0], rows.front()[1]));
  return {};
}

std::vector<Use> DatabaseCheck::uses() const {
  const UserTable users = platform_.users(database_);
  std::vector<Use> uses = {{users.name,
                            users.id,
                            {users.id, users.login, users.active, users.password},
                            true,
                            true,
                            true}};
  if (!database_.has(users.name, users.password)) {
    return uses;  // from its columns we know the version, and so the other tables
  }
  for (const SideTable& side : platform_.sides(database_)) {
    std::vector<std::string> columns = side.written;
    columns.push_back(side.user);
    uses.push_back({side.name, side.user, std::move(columns), !side.written.empty(),
                    !side.ending.empty() || side.is_rewritten, true});
  }
  return uses;
}

Result<bool> DatabaseCheck::may(const std::string& statement, const std::string& table) {
  const auto done = database_.sql().query(statement, "look at the shop's tables");
  if (done) {
    return true;
  }
  if (done.error().code == Errc::unreachable) {
    return fail(done.error());
  }
  switch (database_.sql().last_error().number) {
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
      return false;
    default:
      problem(fmt::format("{} cannot be used: {}", table, done.error().message),
              "are database and prefix those of the shop, and its version a supported one?");
      return true;
  }
}

Result<void> DatabaseCheck::look_at_table(const Use& use) {
  const std::string table = database_.table(use.table);
  const std::string id = sql_identifier(use.id);
  std::vector<std::string> columns;
  for (const std::string& each : use.columns) {
    columns.push_back(sql_identifier(each));
  }
  const std::string list = join(columns, ", ");
  std::vector<std::pair<const char*, std::string>> trials = {
      {"SELECT", fmt::format("SELECT {} FROM {} WHERE 1 = 0", list, table)}};
  if (use.inserts) {
    // The selected nothing needs no right on the table itself.
    trials.emplace_back("INSERT", fmt::format("INSERT INTO {} ({}) SELECT {} FROM (SELECT 1 AS {}) "
                                              "AS nothing WHERE 1 = 0",
                                              table, id, id, id));
  }
  if (use.updates) {
    trials.emplace_back("UPDATE", fmt::format("UPDATE {} SET {} = 1 WHERE 1 = 0", table, id));
  }
  if (use.deletes) {
    trials.emplace_back("DELETE", fmt::format("DELETE FROM {} WHERE 1 = 0", table));
  }
  std::vector<std::string> missing;
  for (const auto& [right, statement] : trials) {
    const std::size_t before = findings_.size();
    SP_ASSIGN(const bool allowed, may(statement, database_.shown(use.table)));
    if (findings_.size() != before) {
      return {};
    }
    if (!allowed) {
      missing.emplace_back(right);
    }
  }
  if (!missing.empty()) {
    problem(
        fmt::format("{} lacks {} on {}", admin_, join(missing, ", "), database_.shown(use.table)),
        fmt::format("GRANT {} ON {} TO {};", join(missing, ", "), table, admin_));
  }
  return {};
}

Result<void> DatabaseCheck::look_at_tables() {
  for (const Use& each : uses()) {
    SP_TRY(look_at_table(each));
  }
  if (is_ready_) {
    good(fmt::format("{} may read and write the users of {}", admin_, settings_.database));
  }
  return {};
}

Result<void> DatabaseCheck::look_at_reading() {
  for (const auto& [name, columns] : platform_.read_only()) {
    const std::string table = database_.table(name);
    SP_ASSIGN(const bool allowed, may(fmt::format("SELECT {} FROM {} WHERE 1 = 0", columns, table),
                                      database_.shown(name)));
    if (!allowed) {
      problem(fmt::format("{} cannot see {}", admin_, database_.shown(name)),
              fmt::format("GRANT SELECT ({}) ON {} TO {};", columns, table, admin_));
    }
  }
  return {};
}

Result<void> DatabaseCheck::look_at_server() {
  SP_ASSIGN(const auto rows,
            database_.sql().query("SELECT 1 FROM DUAL WHERE @@global.read_only = 1",
                                  "look at the server"));
  if (!rows.empty()) {
    problem("the server is read-only, as a replica is", "name the primary in the setting host");
  }
  return {};
}

}  // namespace

Result<std::vector<Finding>> check_shop_database(ShopDatabase& database,
                                                 const ShopPlatform& platform,
                                                 const ShopSettings& settings) {
  return DatabaseCheck(database, platform, settings).run();
}

}  // namespace stagepass::targets
