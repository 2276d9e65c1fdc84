#include "targets/mariadb/admin_session.hpp"

#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <mysqld_error.h>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr unsigned long kOldestVersion = 100400;  // accounts can be locked

/// What is left of the deadline, a second less so that the server gives up before we do.
long seconds_left(const SqlConnection& session) {
  const auto left =
      std::chrono::duration_cast<std::chrono::seconds>(session.deadline().remaining()).count();
  return std::max<long>(left - 1, 1);
}

Failure admin_refused(const std::string& admin, const SqlError& error) {
  if (error.is_access_denied() || error.is_account_locked() ||
      error.number == ER_HOST_NOT_PRIVILEGED) {
    return fail(Errc::refused,
                fmt::format("the database refused the admin account {}: {}", admin,
                            escape_untrusted(error.text)),
                "the settings user and password must be those of an account that may log in from "
                "here; `stagepass target add` takes a new one");
  }
  return sql_failure("be reached", error);
}

Result<void> require_mariadb(const SqlConnection& session) {
  if (!session.is_mariadb()) {
    return fail(Errc::policy,
                fmt::format("the server is no MariaDB (it says {})", session.version_text()),
                "this driver has been tried with MariaDB only; for MySQL use the command driver");
  }
  if (session.version() < kOldestVersion) {
    return fail(Errc::policy,
                fmt::format("the server is MariaDB {}, which is too old", session.version_text()),
                "accounts can be locked since MariaDB 10.4");
  }
  return {};
}

}  // namespace

Result<void> resolve_in_time(Process& process, const SqlServer& server, const Deadline& deadline) {
  if (server.host.empty() || server.host.find_first_not_of("0123456789.") == std::string::npos ||
      server.host.find(':') != std::string::npos) {
    return {};
  }
  Command command;
  command.argv = {"/usr/bin/getent", "ahosts", server.host};
  command.timeout = deadline.remaining();
  SP_ASSIGN(const CommandOutput output, process.run(command));
  if (output.exit_status != 0) {
    return fail(Errc::unreachable, fmt::format("the name {} has no address", server.host));
  }
  return {};
}

Result<SqlConnection> log_in_as_admin(const SqlServer& server, const SqlLogin& admin,
                                      const Deadline& deadline) {
  auto session = SqlConnection::log_in(server, admin, deadline);
  if (!session) {
    return admin_refused(admin.user, session.error());
  }
  return std::move(*session);
}

/// wait_timeout: if this host dies, the server must not keep our claim for hours.
Result<void> prepare_session(SqlConnection& session) {
  return session.execute(
      fmt::format("SET SESSION sql_mode='NO_BACKSLASH_ESCAPES', time_zone='+00:00', "
                  "lock_wait_timeout={}, wait_timeout=60",
                  seconds_left(session)),
      "prepare the session");
}

Result<SqlConnection> open_admin_session(const MariadbSettings& settings, const Secret* password,
                                         const Deadline& deadline) {
  SP_ASSIGN(SqlConnection session,
            log_in_as_admin(settings.server, {settings.admin, password}, deadline));
  SP_TRY(require_mariadb(session));
  SP_TRY(prepare_session(session));
  return session;
}

Result<void> claim(SqlConnection& session, const AccountRef& account) {
  SP_ASSIGN(const auto rows,
            session.query(fmt::format("SELECT GET_LOCK({}, {})", sql_string(account.marker),
                                      seconds_left(session)),
                          "wait for the account"));
  if (rows.empty() || rows.front().front() != "1") {
    return fail(Errc::unreachable,
                fmt::format("another session is at work on {}", account.user_name.str()));
  }
  return {};
}

}  // namespace stagepass::targets
