#include "targets/manual/manual_driver.hpp"

#include "targets/manual/manual_settings.hpp"
#include "targets/ssh/host_key_scan.hpp"
#include "targets/unknown_password.hpp"
#include "targets/wordpress/login_page.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/ports/manual_target.hpp>

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {
namespace {

Failure only_a_person_knows(const AccountRef& account) {
  return fail(Errc::pending,
              fmt::format("only a person can say what became of {}: this target is kept by hand",
                          account.user_name.str()),
              "delete it there, then say so with `stagepass confirm`");
}

class ManualDriver final : public TargetDriver, public ManualTarget {
 public:
  ManualDriver(ManualSettings settings, DriverTools tools)
      : settings_(std::move(settings)),
        process_(tools.process),
        random_(tools.random),
        ssh_(tools.process, std::move(tools.askpass_program)) {}

  // --- as a ManualTarget ------------------------------------------------------------------------

  std::string where() const override {
    return settings_.note.empty() ? settings_.url
                                  : fmt::format("{} ({})", settings_.url, settings_.note);
  }
  bool has_login() const override {
    return !std::holds_alternative<std::monostate>(settings_.login);
  }
  Result<LoginCheck> check_login(const UserName& user, const Secret& password,
                                 Timeout timeout) override;

  // --- as a TargetDriver ------------------------------------------------------------------------

  Result<std::vector<Finding>> check(Timeout timeout) override;
  Result<std::vector<std::string>> install(Timeout /*timeout*/) override {
    return std::vector<std::string>();
  }
  Result<std::vector<MarkedAccount>> list_marked(Timeout /*timeout*/) override {
    return fail(Errc::invalid_argument, "a target that is kept by hand cannot be listed");
  }
  Result<Presence> probe(const AccountRef& account, Timeout /*timeout*/) override {
    return only_a_person_knows(account);
  }
  Result<void> create(const AccountSpec& account, Timeout /*timeout*/) override {
    return account.password != nullptr
               ? Result<void>()
               : fail(Errc::invalid_argument, "an account that is made by hand needs a password");
  }
  Result<void> set_end(const AccountRef& /*account*/, Timestamp /*expires_at*/,
                       Timeout /*timeout*/) override {
    return {};
  }
  Result<void> disable(const AccountRef& account, Timeout /*timeout*/) override {
    return only_a_person_knows(account);
  }
  Result<std::size_t> end_sessions(const AccountRef& account, Timeout /*timeout*/) override {
    return only_a_person_knows(account);
  }
  Result<Erased> erase(const AccountRef& account, Timeout /*timeout*/) override {
    return only_a_person_knows(account);
  }
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* /*password*/,
                                Timeout /*timeout*/) override {
    return only_a_person_knows(account);
  }
  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& /*account*/,
                                                    const Secret& /*password*/,
                                                    Timeout /*timeout*/) override {
    return fail(Errc::invalid_argument, "nobody logs in to a target that is kept by hand");
  }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    return {{"url", settings_.url}};
  }

 private:
  [[nodiscard]] Result<LoginOutcome> try_login(const SshServer& server, const UserName& user,
                                               const Secret& password,
                                               const Deadline& deadline) const;
  [[nodiscard]] static Result<LoginOutcome> try_login(const LoginPageAddress& page,
                                                      const UserName& user, const Secret& password,
                                                      const Deadline& deadline);

  ManualSettings settings_;
  Process& process_;
  Random& random_;
  SshLogin ssh_;
};

Result<LoginOutcome> ManualDriver::try_login(const SshServer& server, const UserName& user,
                                             const Secret& password,
                                             const Deadline& deadline) const {
  return ssh_.try_login({server, user, SshUse::sftp_only}, password, deadline);
}

/// What is neither yes nor no confirms nothing.
Result<LoginOutcome> ManualDriver::try_login(const LoginPageAddress& page, const UserName& user,
                                             const Secret& password, const Deadline& deadline) {
  const HttpClient client(page.url, page.ca_file);
  SP_ASSIGN(const LoginTrial trial, LoginPage(client).try_login(user, password, deadline));
  switch (trial.outcome) {
    case LoginTrial::Outcome::accepted:
      return LoginOutcome::accepted;
    case LoginTrial::Outcome::refused:
      return LoginOutcome::refused;
    case LoginTrial::Outcome::untold:
      break;
  }
  return fail(Errc::unreachable,
              fmt::format("the login as {} could be neither confirmed nor refused: {}", user.str(),
                          trial.said),
              "try again later: a limit on attempts ends by itself");
}

Result<LoginCheck> ManualDriver::check_login(const UserName& user, const Secret& password,
                                             Timeout timeout) {
  const Deadline deadline(timeout);
  LoginOutcome outcome = LoginOutcome::accepted;
  if (const auto* server = std::get_if<SshServer>(&settings_.login)) {
    SP_ASSIGN(outcome, try_login(*server, user, password, deadline));
  } else if (const auto* page = std::get_if<LoginPageAddress>(&settings_.login)) {
    SP_ASSIGN(outcome, try_login(*page, user, password, deadline));
  } else {
    return LoginCheck::not_tried;
  }
  if (outcome == LoginOutcome::accepted) {
    return fail(Errc::pending, fmt::format("the login as {} still works", user.str()),
                fmt::format("delete it at {}, then say so again", escape_untrusted(where())));
  }
  return LoginCheck::refused;
}

/// A login that nobody has must be refused, or the refusal in the end would prove nothing.
Result<std::vector<Finding>> ManualDriver::check(Timeout timeout) {
  const Deadline deadline(timeout);
  if (const auto* server = std::get_if<SshServer>(&settings_.login);
      server != nullptr && server->host_keys.empty()) {
    SP_ASSIGN(Finding unconfirmed, unconfirmed_host_key(process_, *server, deadline));
    return std::vector{std::move(unconfirmed)};
  }
  std::vector<Finding> findings = {{Finding::Kind::good,
                                    "stagepass does not reach this target: a person makes and "
                                    "deletes its accounts, and confirms it",
                                    ""}};
  if (!has_login()) {
    return findings;
  }
  IdSeed seed{};
  random_.fill(seed);
  const UserName nobody = user_name_for(AccountId::from_seed(seed));
  const auto checked = check_login(nobody, unknown_password(random_), deadline.remaining());
  if (checked) {
    findings.push_back({Finding::Kind::good, "a login that nobody has is refused there", ""});
  } else if (checked.error().code == Errc::pending) {
    findings.push_back({Finding::Kind::problem,
                        "a login that nobody has is let in, so that a refusal can prove nothing",
                        "leave the setting login out"});
  } else {
    return fail(checked.error());
  }
  return findings;
}

}  // namespace

DriverInfo manual_driver_info() {
  return {"manual", "a system that stagepass cannot reach: accounts are made and deleted by hand",
          manual_setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_manual_driver(const Target& target, DriverTools tools) {
  SP_ASSIGN(ManualSettings settings, parse_manual_settings(target));
  return std::make_unique<ManualDriver>(std::move(settings), std::move(tools));
}

}  // namespace stagepass::targets
