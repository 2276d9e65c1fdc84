#include "service/grant_rules.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/target_rules.hpp"

#include <stagepass/ports/manual_target.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/target_audit.hpp>
#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

constexpr Ttl kRehearsal = std::chrono::minutes(10);
constexpr Timeout kSessionDeath = std::chrono::seconds(5);

Result<void> refuse_taken_name(Store& store, const TargetName& name) {
  const auto existing = store.target(name);
  if (existing) {
    return fail(
        Errc::conflict, fmt::format("there is a target {} already", name.str()),
        fmt::format("choose another name, or `stagepass target remove {}` first", name.str()));
  }
  return existing.error().code == Errc::not_found ? Result<void>() : fail(existing.error());
}

Result<Target> target_from(Workspace& workspace, const TargetDraft& draft) {
  Target target{.name = draft.name,
                .driver = draft.driver,
                .environment = draft.environment.value_or(Environment::staging),
                .settings = draft.settings,
                .created_at = workspace.clock.now(),
                .next_audit_at = workspace.clock.now() + kAuditEvery};
  for (const auto& [setting, secret] : draft.secrets) {
    SP_ASSIGN(target.sealed_settings[setting],
              workspace.vault.seal_setting(secret, target.name, setting));
  }
  SP_TRY(check_common_settings(target));
  return target;
}

/// The one open account of a rehearsal's grant, ended whatever happens.
class RehearsalGrant final {
 public:
  RehearsalGrant(Workspace& workspace, Progress& progress)
      : service_(workspace), progress_(&progress) {}

  Result<Account> make(const TargetName& target) {
    SP_ASSIGN(auto case_ref, CaseRef::parse("rehearsal"));
    SP_ASSIGN(auto recipient, RecipientName::parse("rehearsal"));
    SP_ASSIGN(const auto made, service_.grant({.targets = {target},
                                               .case_ref = std::move(case_ref),
                                               .recipient = std::move(recipient),
                                               .end = kRehearsal,
                                               .public_key = std::nullopt,
                                               .purpose = GrantRequest::Purpose::rehearsal},
                                              *progress_));
    id_ = made.grant.id;
    return made.accounts.front();
  }

  /// Errors: why the account is not gone.
  Result<Account> end() {
    SP_ASSIGN(const EndReport report, service_.end({.id = *id_}, EndReason::finished, *progress_));
    const AccountOutcome& outcome = report.accounts.front();
    if (outcome.problem) {
      return fail(outcome.problem->code,
                  fmt::format("the rehearsal's account is not gone: {}", outcome.problem->message),
                  "`stagepass purge` goes on with it");
    }
    return outcome.account;
  }

 private:
  GrantService service_;
  Progress* progress_;
  std::optional<GrantId> id_;
};

Result<std::unique_ptr<LiveSession>> log_in(Workspace& workspace, TargetDriver& driver,
                                            const Account& account) {
  if (!account.secret) {
    return fail(Errc::invalid_argument, "the account has no password");
  }
  SP_ASSIGN(const Secret password, workspace.vault.open(*account.secret, binding_of(account)));
  return driver.open_session(ref_of(account), password, kStepTimeout);
}

std::string describe_end(const Account& account) {
  const EndEvidence& seen = account.evidence;
  // Where the door cannot be shut without throwing out who is inside, none is left to count.
  const std::string sessions = seen.sessions_ended == 0
                                   ? ""
                                   : fmt::format("{} session{} ended, ", seen.sessions_ended,
                                                 seen.sessions_ended == 1 ? "" : "s");
  return fmt::format("ended {}: disabled, {}deleted, nothing left behind, login {}",
                     account.user_name.str(), sessions,
                     seen.login == LoginCheck::refused ? "refused" : "not tried");
}

}  // namespace

bool TargetReport::ready() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& each) { return each.kind == Finding::Kind::problem; });
}

Result<TargetReport> TargetService::add(TargetDraft draft, Progress& progress) {
  SP_TRY(refuse_taken_name(workspace_->store, draft.name));
  SP_ASSIGN(Target target, target_from(*workspace_, draft));
  SP_ASSIGN(const auto driver, workspace_->drivers.make(target, std::move(draft.secrets)));
  SP_TRY(require_environment(draft.name, draft.settings, draft.environment));

  TargetReport report{std::move(target), {}, {}};
  if (draft.install == TargetDraft::Install::yes) {
    progress.step("preparing the target");
    SP_ASSIGN(report.installed, driver->install(kStepTimeout));
  }
  progress.step("checking the target");
  SP_ASSIGN(report.findings, driver->check(kStepTimeout));
  if (!report.ready()) {
    return report;
  }
  tell_of_policy(*workspace_, report.target, progress);
  ChangeSet changes;
  changes.new_targets.push_back(report.target);
  changes.audit.push_back(audit_entry(
      *workspace_, "target.add", report.target.name.str(),
      fmt::format("{}, {}", report.target.driver, to_string(report.target.environment))));
  SP_TRY(commit(*workspace_, changes));
  return report;
}

Result<TargetReport> TargetService::test(const TargetName& name) {
  SP_ASSIGN(Target target, workspace_->store.target(name));
  SP_ASSIGN(const auto driver, driver_for(*workspace_, target));
  TargetReport report{std::move(target), {}, {}};
  SP_ASSIGN(report.findings, driver->check(kStepTimeout));
  return report;
}

Result<Rehearsal> TargetService::rehearse(const TargetName& name, Progress& progress) {
  SP_ASSIGN(Target target, workspace_->store.target(name));
  SP_ASSIGN(const auto driver, driver_for(*workspace_, target));
  if (manual_target(*driver) != nullptr) {
    return fail(Errc::invalid_argument,
                fmt::format("there is nothing to rehearse on {}: a person makes and deletes its "
                            "accounts",
                            name.str()),
                fmt::format("stagepass target test {} tries what can be tried", name.str()));
  }

  Rehearsal rehearsal;
  RehearsalGrant grant(*workspace_, progress);
  SP_ASSIGN(const Account account, grant.make(name));
  rehearsal.steps.push_back(fmt::format("made {} on {}", account.user_name.str(), name.str()));

  progress.step("logging in");
  auto session = log_in(*workspace_, *driver, account);
  const bool has_login = session || session.error().code != Errc::invalid_argument;
  SP_ASSIGN(const Account gone, grant.end());
  if (!session && has_login) {
    return fail(session.error().code,
                fmt::format("the new account could not log in: {}", session.error().message),
                session.error().hint);
  }
  if (session) {
    rehearsal.steps.emplace_back("logged in and stayed logged in");
    if (!(*session)->ended_within(kSessionDeath)) {
      return fail(Errc::pending, "the account is gone but its open session is still alive");
    }
  } else {
    rehearsal.steps.emplace_back("no login was tried: this driver has none");
  }
  rehearsal.steps.push_back(describe_end(gone));
  if (session) {
    rehearsal.steps.emplace_back("the open session was cut off");
  }

  ChangeSet changes;
  SP_ASSIGN(target, workspace_->store.target(name));  // purge may have compared it meanwhile
  SP_TRY(require_authentic(*workspace_, target));
  target.rehearsed_at = workspace_->clock.now();
  changes.targets.push_back(std::move(target));
  changes.audit.push_back(audit_entry(*workspace_, "target.rehearse", name.str(), ""));
  SP_TRY(commit(*workspace_, changes));
  return rehearsal;
}

Result<void> TargetService::remove(const TargetName& name) {
  SP_TRY(workspace_->store.target(name));
  SP_ASSIGN(const std::int64_t open, workspace_->store.open_accounts_on(name));
  if (open > 0) {
    return fail(Errc::conflict,
                fmt::format("{} account(s) on {} are not gone yet", open, name.str()),
                fmt::format("end them first: `stagepass revoke --target {}`", name.str()));
  }
  ChangeSet changes;
  changes.removed_targets.push_back(name);
  changes.audit.push_back(audit_entry(*workspace_, "target.remove", name.str(), ""));
  return workspace_->store.commit(changes);
}

}  // namespace stagepass::service
