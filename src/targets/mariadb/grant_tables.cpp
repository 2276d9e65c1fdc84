#include "targets/mariadb/grant_tables.hpp"

#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <array>
#include <iterator>
#include <utility>

namespace stagepass::targets {
namespace {

/// A place where something of an account may be left: how to ask, and what to call it.
struct Place {
  const char* query;   ///< {} is the user; the answer's columns are shown
  const char* phrase;  ///< {} is the user
};

constexpr std::array<Place, 7> kRightsPlaces = {{
    {"SELECT Host FROM mysql.db WHERE User = {}", "rights of {} on a database (from {})"},
    {"SELECT Host FROM mysql.tables_priv WHERE User = {}", "rights of {} on a table (from {})"},
    {"SELECT Host FROM mysql.columns_priv WHERE User = {}", "rights of {} on a column (from {})"},
    {"SELECT Host FROM mysql.procs_priv WHERE User = {}", "rights of {} on a routine (from {})"},
    {"SELECT Role FROM mysql.roles_mapping WHERE User = {}", "membership of {} in the role {}"},
    {"SELECT Host FROM mysql.proxies_priv WHERE User = {}", "right of {} to be another (from {})"},
    {"SELECT User FROM mysql.roles_mapping WHERE Role = {}", "a role {}, given to {}"},
}};

/// {} is the user, followed by @ and whatever host.
constexpr std::array<Place, 4> kDefinedPlaces = {{
    {"SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.VIEWS "
     "WHERE DEFINER LIKE {}",
     "view of {}: {}"},
    {"SELECT CONCAT(TRIGGER_SCHEMA, '.', TRIGGER_NAME) FROM information_schema.TRIGGERS "
     "WHERE DEFINER LIKE {}",
     "trigger of {}: {}"},
    {"SELECT CONCAT(db, '.', name) FROM mysql.proc WHERE definer LIKE {}", "routine of {}: {}"},
    {"SELECT CONCAT(db, '.', name) FROM mysql.event WHERE definer LIKE {}", "event of {}: {}"},
}};

template <std::size_t Size>
Result<void> look(SqlConnection& session, const std::array<Place, Size>& places,
                  const std::pair<std::string, std::string>& user_and_pattern,
                  std::vector<std::string>& found) {
  const auto& [user, pattern] = user_and_pattern;
  for (const Place& place : places) {
    SP_ASSIGN(const auto rows, session.query(fmt::format(fmt::runtime(place.query), pattern),
                                             "look for what is left"));
    for (const SqlRow& row : rows) {
      found.push_back(fmt::format(fmt::runtime(place.phrase), user, escape_untrusted(row.front())));
    }
  }
  return {};
}

}  // namespace

Presence MariadbIdentity::presence() const {
  if (hosts.empty()) {
    return Presence::absent;
  }
  return marked ? Presence::ours : Presence::foreign;
}

Result<MariadbIdentity> GrantTables::identity_of(const AccountRef& account) const {
  const std::string& user = account.user_name.str();
  SP_ASSIGN(auto rows,
            session_.query(fmt::format("SELECT User, Host, is_role FROM mysql.user WHERE User IN "
                                       "({}, {})",
                                       sql_string(user), sql_string(account.marker)),
                           "look up the account"));
  MariadbIdentity identity;
  for (SqlRow& row : rows) {
    if (row[0] == user) {
      identity.hosts.push_back(std::move(row[1]));
    }
    identity.marked = identity.marked || (row[0] == account.marker && row[2] == "Y");
  }
  return identity;
}

Result<MariadbIdentity> GrantTables::ours_or_absent(const AccountRef& account) const {
  SP_ASSIGN(MariadbIdentity identity, identity_of(account));
  if (identity.presence() == Presence::foreign) {
    return fail(Errc::refused,
                fmt::format("the account {} on the database does not carry our mark",
                            account.user_name.str()),
                "somebody else made it: look at it on the server");
  }
  return identity;
}

Result<std::vector<MarkedAccount>> GrantTables::marked() const {
  SP_ASSIGN(auto rows,
            session_.query(fmt::format("SELECT User FROM mysql.user WHERE is_role = 'Y' AND User "
                                       "LIKE {}",
                                       sql_string(std::string(kMarkerPrefix) + "%")),
                           "list the marks"));
  std::vector<MarkedAccount> accounts;
  for (SqlRow& row : rows) {
    const auto id = account_in_marker(row.front());
    accounts.push_back({id ? user_name_for(*id).str() : std::string(), std::move(row.front())});
  }
  return accounts;
}

Result<void> GrantTables::require_sight_of_sessions() const {
  SP_ASSIGN(const auto rows,
            session_.query("SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE "
                           "= 'PROCESS' AND GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), "
                           "'@', '''@'''), '''')",
                           "look for sessions"));
  if (rows.empty()) {
    return fail(Errc::refused, "the admin may not see the sessions of others",
                "it needs the right PROCESS; `stagepass target test` says how to give it");
  }
  return {};
}

Result<std::vector<std::string>> GrantTables::sessions_of(const UserName& user) const {
  SP_TRY(require_sight_of_sessions());
  SP_ASSIGN(auto rows, session_.query(fmt::format("SELECT ID FROM information_schema.PROCESSLIST "
                                                  "WHERE USER = {}",
                                                  sql_string(user.str())),
                                      "look for sessions"));
  std::vector<std::string> sessions;
  sessions.reserve(rows.size());
  for (SqlRow& row : rows) {
    sessions.push_back(std::move(row.front()));
  }
  return sessions;
}

Result<std::vector<std::string>> GrantTables::residue_of(const AccountRef& account) const {
  const std::string& user = account.user_name.str();
  std::vector<std::string> found;
  SP_TRY(look(session_, kRightsPlaces, {user, sql_string(user)}, found));
  SP_TRY(look(session_, kDefinedPlaces, {user, sql_string(user + "@%")}, found));
  SP_ASSIGN(const auto sessions, sessions_of(account.user_name));
  for (const std::string& session : sessions) {
    found.push_back(fmt::format("session {} of {}", escape_untrusted(session), user));
  }
  SP_ASSIGN(const MariadbIdentity identity, identity_of(account));
  if (identity.marked) {
    found.push_back(fmt::format("the mark of {}, a role", user));
  }
  return found;
}

}  // namespace stagepass::targets
