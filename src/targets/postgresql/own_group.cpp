#include "targets/postgresql/own_group.hpp"

#include "targets/postgresql/account_role.hpp"
#include "targets/postgresql/erasure.hpp"
#include "targets/postgresql/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {
namespace {

std::string creation(const std::string& group) {
  return fmt::format("CREATE ROLE {} NOLOGIN;", sql_name(group));
}

Result<void> make_group(PgConnection& connection, const PgSettings& settings,
                        const Deadline& deadline) {
  const std::string& group = settings.roles.front();
  SP_ASSIGN(const auto existing, find_role(connection, group, deadline));
  std::vector<std::string> statements = group_statements(settings);
  std::string script =
      fmt::format("BEGIN; {} {} COMMIT", existing ? "" : creation(group), join(statements, " "));
  auto made = connection.run(script, deadline);
  if (!made && made.error().code == Errc::refused) {
    statements.insert(statements.begin(), creation(group));
    made.error().message = fmt::format("{} may not make the group {}: {}", settings.admin, group,
                                       made.error().message);
    made.error().hint = fmt::format("-- as a superuser, in the database {}:\n{}", settings.database,
                                    join(statements, "\n"));
  }
  return made;
}

}  // namespace

std::string table_rights(const PgSettings& settings) {
  return settings.rights == PgRights::write ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT";
}

std::vector<std::string> group_statements(const PgSettings& settings) {
  const std::string group = sql_name(settings.roles.front());
  const bool writes = settings.rights == PgRights::write;
  std::vector<std::string> statements = {
      fmt::format("GRANT CONNECT ON DATABASE {} TO {};", sql_name(settings.database), group)};
  for (const std::string& schema : settings.schemas) {
    const std::string where = fmt::format("IN SCHEMA {} TO {};", sql_name(schema), group);
    statements.push_back(fmt::format("GRANT USAGE ON SCHEMA {} TO {};", sql_name(schema), group));
    statements.push_back(fmt::format("GRANT {} ON ALL TABLES {}", table_rights(settings), where));
    statements.push_back(
        fmt::format("GRANT {} ON ALL SEQUENCES {}", writes ? "USAGE, SELECT" : "SELECT", where));
  }
  return statements;
}

Result<std::vector<std::string>> install_roles(AdminLogin& admin, const PgSettings& settings,
                                               const Deadline& deadline) {
  SP_ASSIGN(PgConnection * home, admin.home(deadline));
  std::vector<std::string> done;
  if (settings.has_own_group) {
    SP_TRY(make_group(*home, settings, deadline));
    done.push_back(fmt::format("the group {} has its rights", settings.roles.front()));
  }
  SP_ASSIGN(home, admin.home(deadline));
  SP_TRY(ensure_keeper(*home, settings.keeper, deadline));
  done.push_back(fmt::format("the role {} keeps what accounts leave behind", settings.keeper));
  return done;
}

}  // namespace stagepass::targets
