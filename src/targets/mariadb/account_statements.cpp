#include "targets/mariadb/account_statements.hpp"

#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <mysqld_error.h>
#include <string_view>

namespace stagepass::targets {
namespace {

/// What a definer leaves behind runs with rights that are gone, or for ever.
constexpr std::array<std::string_view, 5> kLasting = {"CREATE VIEW", "CREATE ROUTINE", "EVENT",
                                                      "TRIGGER", "ALL PRIVILEGES"};

Secret concatenation(std::string_view before, const Secret& secret, std::string_view after) {
  const std::size_t size = before.size() + secret.size() + after.size();
  return Secret::make(size, [&](MutableBytes out) {
    auto at = std::copy(before.begin(), before.end(), out.begin());
    at = std::copy(secret.reveal().begin(), secret.reveal().end(), at);
    std::copy(after.begin(), after.end(), at);
  });
}

}  // namespace

std::string AccountStatements::name(const std::string& host) const {
  return sql_account(account_.user_name.str(), host);
}

Result<void> AccountStatements::put_mark() const {
  return session_.execute("CREATE ROLE IF NOT EXISTS " + sql_string(account_.marker),
                          "mark the account");
}

Result<void> AccountStatements::remove_mark() const {
  return session_.execute("DROP ROLE IF EXISTS " + sql_string(account_.marker),
                          "remove the account's mark");
}

Secret AccountStatements::with_terms(std::string_view verb, const Secret& hash) const {
  const std::string before =
      fmt::format("{} USER {} IDENTIFIED BY PASSWORD '", verb, name(settings_.from));
  const std::string after =
      fmt::format("' REQUIRE {} WITH MAX_USER_CONNECTIONS {} ACCOUNT LOCK",
                  settings_.require_ssl ? "SSL" : "NONE", settings_.max_connections);
  return concatenation(before, hash, after);
}

Result<void> AccountStatements::add(const Secret& hash) const {
  Result<void> made = session_.execute(with_terms("CREATE", hash), "create the account");
  if (!made && session_.last_error().number == ER_CANNOT_USER) {
    return fail(Errc::conflict, fmt::format("somebody else has just made the account {}",
                                            account_.user_name.str()));
  }
  return made;
}

Result<void> AccountStatements::reset(const Secret& hash) const {
  SP_TRY(session_.execute(with_terms("ALTER", hash), "set the account's password"));
  return take_rights(settings_.from);
}

Result<void> AccountStatements::give_schemas() const {
  for (const std::string& schema : settings_.schemas) {
    SP_ASSIGN(const auto rows,
              session_.query(fmt::format("SELECT 1 FROM information_schema.SCHEMATA WHERE "
                                         "SCHEMA_NAME = {}",
                                         sql_string(schema)),
                             "look for the database"));
    if (rows.empty()) {
      return fail(Errc::policy,
                  fmt::format("there is no database {}, or the admin may not see it", schema),
                  "run `stagepass target test` to see what the server still needs");
    }
    SP_TRY(session_.execute(fmt::format("GRANT {} ON {}.* TO {}", privileges_of(settings_.rights),
                                        sql_schema_pattern(schema), name(settings_.from)),
                            "give the account its rights"));
  }
  return {};
}

Result<void> AccountStatements::give_role(const std::string& role) const {
  SP_ASSIGN(const auto excess, excess_of_role(session_, role));
  if (!excess.empty()) {
    return fail(Errc::policy, fmt::format("the role {} has {}", role, join(excess, ", ")),
                "a temporary account may read and write data; name a role that has no more");
  }
  SP_TRY(session_.execute(fmt::format("GRANT {} TO {}", sql_string(role), name(settings_.from)),
                          "give the account its role"));
  const Result<void> standard = session_.execute(
      fmt::format("SET DEFAULT ROLE {} FOR {}", sql_string(role), name(settings_.from)),
      "make the role the account's standard");
  // Only who may change the server's own tables may do that; others are told SET ROLE.
  return session_.last_error().number == ER_DBACCESS_DENIED_ERROR ? Result<void>() : standard;
}

Result<void> AccountStatements::give_rights() const {
  return settings_.role ? give_role(*settings_.role) : give_schemas();
}

Result<void> AccountStatements::unlock() const {
  return session_.execute(fmt::format("ALTER USER {} ACCOUNT UNLOCK", name(settings_.from)),
                          "unlock the account");
}

Result<void> AccountStatements::lock(const std::string& host) const {
  return session_.execute(fmt::format("ALTER USER {} ACCOUNT LOCK", name(host)),
                          "lock the account");
}

Result<void> AccountStatements::take_rights(const std::string& host) const {
  return session_.execute(fmt::format("REVOKE ALL PRIVILEGES, GRANT OPTION FROM {}", name(host)),
                          "take the account's rights");
}

Result<void> AccountStatements::drop(const std::string& host) const {
  return session_.execute(fmt::format("DROP USER IF EXISTS {}", name(host)), "drop the account");
}

Result<std::vector<std::string>> excess_of_role(SqlConnection& session, const std::string& role) {
  SP_TRY(session.execute("SET ROLE " + sql_string(role), "look at the role"));
  SP_ASSIGN(const auto rows, session.query("SHOW GRANTS FOR CURRENT_ROLE", "look at the role"));
  SP_TRY(session.execute("SET ROLE NONE", "leave the role"));
  std::vector<std::string> excess;
  for (const SqlRow& row : rows) {
    const std::string& grant = row.front();
    const std::string rights = grant.substr(0, grant.find(" ON "));
    const bool lasts = std::any_of(kLasting.begin(), kLasting.end(), [&](std::string_view right) {
      return rights.find(right) != std::string::npos;
    });
    const bool global = grant.find(" ON *.* ") != std::string::npos && rights != "GRANT USAGE";
    const bool passes_on = grant.ends_with("WITH GRANT OPTION") || grant.ends_with("ADMIN OPTION");
    if (lasts || global || passes_on || grant.find(" ON `mysql`.") != std::string::npos) {
      excess.push_back(escape_untrusted(grant));
    }
  }
  return excess;
}

}  // namespace stagepass::targets
