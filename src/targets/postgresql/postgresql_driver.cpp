#include "targets/postgresql/postgresql_driver.hpp"

#include "targets/only_secret.hpp"
#include "targets/postgresql/account_role.hpp"
#include "targets/postgresql/erasure.hpp"
#include "targets/postgresql/own_group.hpp"
#include "targets/postgresql/role_residue.hpp"
#include "targets/postgresql/role_sessions.hpp"
#include "targets/postgresql/scram.hpp"
#include "targets/postgresql/server_check.hpp"

#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kListMarked =
    "SELECT r.rolname, d.description FROM pg_shdescription d JOIN pg_roles r ON r.oid = d.objoid "
    "WHERE d.classoid = 'pg_authid'::regclass AND starts_with(d.description, $1)";

class PostgresqlSession final : public LiveSession {
 public:
  explicit PostgresqlSession(PgConnection connection) : connection_(std::move(connection)) {}
  bool ended_within(Timeout patience) override { return connection_.ended_within(patience); }

 private:
  PgConnection connection_;
};

class PostgresqlDriver final : public TargetDriver {
 public:
  PostgresqlDriver(PgSettings settings, std::optional<Secret> password, const DriverTools& tools)
      : settings_(std::move(settings)),
        admin_(settings_.server, settings_.database, settings_.admin, std::move(password)),
        clock_(tools.clock),
        random_(tools.random) {}

  Result<std::vector<Finding>> check(Timeout timeout) override {
    return check_server(admin_, settings_, {clock_, random_}, Deadline(timeout));
  }
  Result<std::vector<std::string>> install(Timeout timeout) override {
    return install_roles(admin_, settings_, Deadline(timeout));
  }
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
  /// The number of a role that this object has dropped: its name no longer leads there.
  struct Dropped {
    UserName name;
    std::string oid;
  };

  [[nodiscard]] Result<PgOpening> log_in(const UserName& name, const Secret& password,
                                         const Deadline& deadline) const;
  [[nodiscard]] Result<std::vector<std::string>> residue_of(const UserName& name,
                                                            const Deadline& deadline);

  PgSettings settings_;
  AdminLogin admin_;
  Clock& clock_;
  Random& random_;
  std::optional<Dropped> dropped_;
};

Result<std::vector<MarkedAccount>> PostgresqlDriver::list_marked(Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(PgRows rows, home->query(kListMarked, {std::string(kMarkerPrefix)}, deadline));
  std::vector<MarkedAccount> accounts;
  for (PgRow& row : rows) {
    accounts.push_back({std::move(row[0]), std::move(row[1])});
  }
  return accounts;
}

Result<Presence> PostgresqlDriver::probe(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(const auto role, find_role(*home, account.user_name.str(), deadline));
  if (!role) {
    return Presence::absent;
  }
  return role->marker == account.marker ? Presence::ours : Presence::foreign;
}

Result<void> PostgresqlDriver::create(const AccountSpec& account, Timeout timeout) {
  const Deadline deadline(timeout);
  if (account.password == nullptr) {
    return fail(Errc::invalid_argument, "an account of a PostgreSQL server needs a password",
                "leave --no-password out for this target");
  }
  SP_ASSIGN(const std::string verifier, scram_verifier(*account.password, random_));
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(const auto role, find_ours(*home, account.ref, deadline));
  if (role && role->is_powerful) {
    return fail(Errc::refused,
                fmt::format("somebody has given the role {} power, so it is opened to nobody",
                            account.ref.user_name.str()));
  }
  SP_TRY(require_harmless(*home, settings_.roles, deadline));
  return make_role(*home, {account, settings_, verifier, role.has_value()}, deadline);
}

Result<void> PostgresqlDriver::set_end(const AccountRef& account, Timestamp expires_at,
                                       Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(const auto role, find_ours(*home, account, deadline));
  if (!role) {
    return fail(Errc::not_found,
                fmt::format("there is no role {} on the server", account.user_name.str()));
  }
  return set_role_end(*home, account.user_name, expires_at, deadline);
}

Result<void> PostgresqlDriver::disable(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(const auto role, find_ours(*home, account, deadline));
  return role ? close_role(*home, account.user_name, deadline) : Result<void>();
}

Result<std::size_t> PostgresqlDriver::end_sessions(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(const auto role, find_ours(*home, account, deadline));
  if (!role) {
    return std::size_t{0};
  }
  SP_ASSIGN(const std::size_t sessions, end_sessions_of(*home, role->oid, deadline));
  SP_ASSIGN(const std::size_t prepared, roll_back_prepared(admin_, account.user_name, deadline));
  return sessions + prepared;
}

/// A login that was on its way while the role was disabled is a session of it: looked for before
/// and after, for a session outlives its role.
Result<TargetDriver::Erased> PostgresqlDriver::erase(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(const auto role, find_ours(*home, account, deadline));
  if (!role) {
    return Erased::already_absent;
  }
  SP_TRY(end_sessions_of(*home, role->oid, deadline));
  SP_TRY(drop_role(admin_, settings_, account.user_name, deadline));
  dropped_ = Dropped{account.user_name, role->oid};
  SP_TRY(end_sessions_of(*home, role->oid, deadline));
  return Erased::removed;
}

Result<std::vector<std::string>> PostgresqlDriver::residue_of(const UserName& name,
                                                              const Deadline& deadline) {
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  const bool is_known = dropped_ && dropped_->name == name;
  SP_ASSIGN(auto residue, residue_of_role(*home, is_known ? dropped_->oid : "", deadline));
  if (!residue.empty() && !is_known) {
    // The list of roles is older than that of sessions by a moment, in which one may have been made.
    return residue_of_role(*home, "", deadline);
  }
  return residue;
}

Result<GoneProof> PostgresqlDriver::verify_gone(const AccountRef& account, const Secret* password,
                                                Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(PgConnection * home, admin_.home(deadline));
  SP_ASSIGN(const auto role, find_ours(*home, account, deadline));
  if (role) {
    return fail(Errc::pending, fmt::format("the role {} is still there", account.user_name.str()));
  }
  GoneProof proof;
  SP_ASSIGN(proof.residue, residue_of(account.user_name, deadline));
  if (password == nullptr) {
    return proof;
  }
  SP_ASSIGN(const PgOpening opening, log_in(account.user_name, *password, deadline));
  if (opening.connection) {
    return fail(Errc::pending, fmt::format("the login as {} still works", account.user_name.str()));
  }
  if (!is_login_refusal(opening.refusal)) {
    return fail(Errc::unreachable,
                fmt::format("the login as {} could be neither confirmed nor refused: {}",
                            account.user_name.str(), error_of_refusal(opening.refusal).message));
  }
  proof.login = LoginCheck::refused;
  return proof;
}

Result<PgOpening> PostgresqlDriver::log_in(const UserName& name, const Secret& password,
                                           const Deadline& deadline) const {
  return PgConnection::open(settings_.server, {settings_.database, name.str(), &password},
                            deadline);
}

Result<std::unique_ptr<LiveSession>> PostgresqlDriver::open_session(const AccountRef& account,
                                                                    const Secret& password,
                                                                    Timeout timeout) {
  SP_ASSIGN(PgOpening opening, log_in(account.user_name, password, Deadline(timeout)));
  if (opening.connection) {
    return std::make_unique<PostgresqlSession>(*std::move(opening.connection));
  }
  if (is_login_refusal(opening.refusal)) {
    return fail(Errc::refused,
                fmt::format("the login as {} was refused: {}", account.user_name.str(),
                            escape_untrusted(opening.refusal.message)));
  }
  return fail(error_of_refusal(opening.refusal));
}

std::vector<std::pair<std::string, std::string>> PostgresqlDriver::access_details(
    const UserName& user) const {
  const PgServer& server = settings_.server;
  const std::string port = std::to_string(server.port);
  return {
      {"host", server.host},
      {"port", port},
      {"database", settings_.database},
      {"sslmode", server.sslmode},
      {"command", fmt::format("psql 'host={} port={} dbname={} user={} sslmode={}'", server.host,
                              port, settings_.database, user.str(), server.sslmode)}};
}

}  // namespace

DriverInfo postgresql_driver_info() {
  return {"postgresql", "roles of a PostgreSQL server, for one database",
          postgresql_setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_postgresql_driver(const Target& target,
                                                             SecretSettings secrets,
                                                             const DriverTools& tools) {
  SP_ASSIGN(PgSettings settings, parse_postgresql_settings(target));
  SP_ASSIGN(auto password, take_only_secret(secrets, "password", target));
  return std::make_unique<PostgresqlDriver>(std::move(settings), std::move(password), tools);
}

}  // namespace stagepass::targets
