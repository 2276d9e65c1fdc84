#include "targets/mariadb/mariadb_driver.hpp"

#include "targets/mariadb/account_statements.hpp"
#include "targets/mariadb/admin_session.hpp"
#include "targets/mariadb/grant_tables.hpp"
#include "targets/mariadb/mariadb_login.hpp"
#include "targets/mariadb/mariadb_settings.hpp"
#include "targets/mariadb/native_hash.hpp"
#include "targets/mariadb/server_check.hpp"
#include "targets/only_secret.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <poll.h>
#include <set>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr int kPauseMilliseconds = 20;

class MariadbDriver final : public TargetDriver {
 public:
  MariadbDriver(MariadbSettings settings, std::optional<Secret> password, Process& process)
      : settings_(std::move(settings)), password_(std::move(password)), process_(process) {}

  Result<std::vector<Finding>> check(Timeout timeout) override;
  Result<std::vector<std::string>> install(Timeout timeout) override;
  Result<std::vector<MarkedAccount>> list_marked(Timeout timeout) override;
  Result<Presence> probe(const AccountRef& account, Timeout timeout) override;
  Result<void> create(const AccountSpec& account, Timeout timeout) override;
  Result<void> set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) override;
  Result<void> disable(const AccountRef& account, Timeout timeout) override;
  Result<std::size_t> end_sessions(const AccountRef& account, Timeout timeout) override;
  Result<Erased> erase(const AccountRef& account, Timeout timeout) override;
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout timeout) override;
  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout timeout) override;
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const override;

 private:
  [[nodiscard]] Result<SqlConnection> connect(const Deadline& deadline) const;
  /// The same, alone with this account.
  [[nodiscard]] Result<SqlConnection> connect_for(const AccountRef& account,
                                                  const Deadline& deadline) const;
  [[nodiscard]] Result<LoginCheck> try_old_login(SqlConnection& session, const UserName& user,
                                                 const Secret& password) const;

  MariadbSettings settings_;
  std::optional<Secret> password_;
  Process& process_;
};

Result<SqlConnection> MariadbDriver::connect(const Deadline& deadline) const {
  SP_TRY(resolve_in_time(process_, settings_.server, deadline));
  return open_admin_session(settings_, password_ ? &*password_ : nullptr, deadline);
}

Result<SqlConnection> MariadbDriver::connect_for(const AccountRef& account,
                                                 const Deadline& deadline) const {
  SP_ASSIGN(SqlConnection session, connect(deadline));
  SP_TRY(claim(session, account));
  return session;
}

// --- looking ------------------------------------------------------------------------------------

Result<std::vector<Finding>> MariadbDriver::check(Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect(Deadline(timeout)));
  return check_mariadb(session, settings_);
}

/// There is nothing to prepare but the admin's rights, and those it cannot give itself.
Result<std::vector<std::string>> MariadbDriver::install(Timeout timeout) {
  SP_TRY(connect(Deadline(timeout)));
  return std::vector<std::string>();
}

Result<std::vector<MarkedAccount>> MariadbDriver::list_marked(Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect(Deadline(timeout)));
  return GrantTables(session).marked();
}

Result<Presence> MariadbDriver::probe(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect_for(account, Deadline(timeout)));
  SP_ASSIGN(const MariadbIdentity identity, GrantTables(session).identity_of(account));
  return identity.presence();
}

// --- making -------------------------------------------------------------------------------------

Result<void> MariadbDriver::create(const AccountSpec& account, Timeout timeout) {
  if (account.password == nullptr) {
    return fail(Errc::invalid_argument, "an account of a database needs a password",
                "leave out --no-password");
  }
  SP_ASSIGN(const Secret hash, native_password_hash(*account.password));
  SP_ASSIGN(SqlConnection session, connect_for(account.ref, Deadline(timeout)));
  SP_ASSIGN(const MariadbIdentity found, GrantTables(session).ours_or_absent(account.ref));
  const AccountStatements steps(session, settings_, account.ref);
  SP_TRY(steps.put_mark());
  bool is_there = false;
  for (const std::string& host : found.hosts) {
    is_there = is_there || host == settings_.from;
    SP_TRY(host == settings_.from ? steps.lock(host) : steps.drop(host));
  }
  const Result<void> made = is_there ? steps.reset(hash) : steps.add(hash);
  if (!made && made.error().code == Errc::conflict) {
    SP_TRY(steps.remove_mark());  // else what somebody else made would pass for ours
    return fail(Errc::refused, made.error().message);
  }
  SP_TRY(made);
  SP_TRY(steps.give_rights());
  return steps.unlock();
}

/// MariaDB's accounts have no end of their own; what it calls PASSWORD EXPIRE the specialist could
/// move by himself with SET PASSWORD.
Result<void> MariadbDriver::set_end(const AccountRef& account, Timestamp /*expires_at*/,
                                    Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect_for(account, Deadline(timeout)));
  SP_ASSIGN(const MariadbIdentity found, GrantTables(session).ours_or_absent(account));
  if (found.hosts.empty()) {
    return fail(Errc::not_found,
                fmt::format("there is no account {} on the database", account.user_name.str()));
  }
  return {};
}

// --- ending -------------------------------------------------------------------------------------

Result<void> MariadbDriver::disable(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect_for(account, Deadline(timeout)));
  SP_ASSIGN(const MariadbIdentity found, GrantTables(session).ours_or_absent(account));
  const AccountStatements steps(session, settings_, account);
  for (const std::string& host : found.hosts) {
    SP_TRY(steps.lock(host));
  }
  for (const std::string& host : found.hosts) {
    SP_TRY(steps.take_rights(host));
  }
  return {};
}

/// Whatever has the user's name, also if the account itself is gone: MariaDB leaves the sessions of
/// a dropped account running, with the rights they had.
Result<std::size_t> MariadbDriver::end_sessions(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect_for(account, Deadline(timeout)));
  const GrantTables tables(session);
  SP_TRY(tables.ours_or_absent(account));
  std::set<std::string> ended;
  while (!session.deadline().passed()) {
    SP_ASSIGN(const auto live, tables.sessions_of(account.user_name));
    if (live.empty()) {
      return ended.size();
    }
    ended.insert(live.begin(), live.end());
    SP_TRY(session.execute("KILL HARD USER " + account.user_name.str(), "end the sessions"));
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  return fail(Errc::unreachable, fmt::format("sessions of {} do not end", account.user_name.str()));
}

Result<TargetDriver::Erased> MariadbDriver::erase(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect_for(account, Deadline(timeout)));
  const GrantTables tables(session);
  SP_ASSIGN(const MariadbIdentity found, tables.ours_or_absent(account));
  const AccountStatements steps(session, settings_, account);
  for (const std::string& host : found.hosts) {
    SP_TRY(steps.drop(host));
  }
  SP_ASSIGN(const MariadbIdentity left, tables.identity_of(account));
  if (!left.hosts.empty()) {
    return fail(Errc::pending, fmt::format("{} is still there", account.user_name.str()));
  }
  SP_TRY(steps.remove_mark());
  return found.hosts.empty() ? Erased::already_absent : Erased::removed;
}

Result<LoginCheck> MariadbDriver::try_old_login(SqlConnection& session, const UserName& user,
                                                const Secret& password) const {
  SP_ASSIGN(const bool here, is_from_here(session, settings_.from));
  if (!here) {
    return LoginCheck::not_tried;
  }
  SP_ASSIGN(const auto outcome,
            try_mariadb_login(settings_.server, {user.str(), &password}, session.deadline()));
  switch (outcome) {
    case MariadbLoginOutcome::refused:
      return LoginCheck::refused;
    case MariadbLoginOutcome::locked:
      return fail(Errc::pending, fmt::format("the account {} is locked, not gone", user.str()),
                  "a FLUSH PRIVILEGES on the server may be due");
    case MariadbLoginOutcome::accepted:
      break;
  }
  return fail(Errc::pending, fmt::format("the login as {} still works", user.str()),
              "an anonymous account lets anybody in; `stagepass target test` tells");
}

Result<GoneProof> MariadbDriver::verify_gone(const AccountRef& account, const Secret* password,
                                             Timeout timeout) {
  SP_ASSIGN(SqlConnection session, connect_for(account, Deadline(timeout)));
  const GrantTables tables(session);
  SP_ASSIGN(const MariadbIdentity found, tables.ours_or_absent(account));
  if (!found.hosts.empty()) {
    return fail(Errc::pending, fmt::format("{} is still there", account.user_name.str()));
  }
  GoneProof proof;
  SP_ASSIGN(proof.residue, tables.residue_of(account));
  if (password != nullptr) {
    SP_ASSIGN(proof.login, try_old_login(session, account.user_name, *password));
  }
  return proof;
}

// --- logging in ---------------------------------------------------------------------------------

Result<std::unique_ptr<LiveSession>> MariadbDriver::open_session(const AccountRef& account,
                                                                 const Secret& password,
                                                                 Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(SqlConnection session, connect(deadline));
  SP_ASSIGN(const bool here, is_from_here(session, settings_.from));
  if (!here) {
    return fail(Errc::invalid_argument,
                fmt::format("accounts for {} cannot be logged in to from here", settings_.from));
  }
  return open_mariadb_session(settings_.server, {account.user_name.str(), &password}, deadline);
}

std::vector<std::pair<std::string, std::string>> MariadbDriver::access_details(
    const UserName& user) const {
  const SqlServer& server = settings_.server;
  std::vector<std::pair<std::string, std::string>> details;
  std::string command = "mariadb";
  if (server.host.empty()) {
    details.emplace_back("socket", server.socket);
    command += fmt::format(" -S {}", server.socket);
  } else {
    details.emplace_back("host", server.host);
    details.emplace_back("port", std::to_string(server.port));
    command += fmt::format(" -h {} -P {}", server.host, server.port);
  }
  for (const std::string& schema : settings_.schemas) {
    details.emplace_back("database", schema);
  }
  details.emplace_back("from", settings_.from);
  if (settings_.require_ssl) {
    command += " --ssl-verify-server-cert";
  }
  command += fmt::format(" -u {} -p", user.str());
  if (settings_.role) {
    details.emplace_back("role", fmt::format("SET ROLE {}", *settings_.role));
  } else {
    command += fmt::format(" {}", settings_.schemas.front());
  }
  details.emplace_back("command", std::move(command));
  return details;
}

}  // namespace

DriverInfo mariadb_driver_info() {
  return {"mariadb", "accounts on a MariaDB server", mariadb_setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_mariadb_driver(const Target& target,
                                                          SecretSettings secrets,
                                                          DriverTools tools) {
  SP_ASSIGN(MariadbSettings settings, parse_mariadb_settings(target));
  SP_ASSIGN(auto password, take_only_secret(secrets, "password", target));
  if (!password && !settings.server.host.empty()) {
    return fail(Errc::invalid_argument, "a mariadb target needs the secret password",
                "--secret password asks for it; --secret-file password=FILE reads it");
  }
  return std::make_unique<MariadbDriver>(std::move(settings), std::move(password), tools.process);
}

}  // namespace stagepass::targets
