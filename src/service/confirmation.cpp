#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/ports/manual_target.hpp>
#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/confirmation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;
constexpr const char* kConfirmed = "account.confirmed";

bool is_gone(const Account& account) {
  return account.state == AccountState::gone;
}

Result<Account> read(Workspace& workspace, const AccountId& id) {
  SP_ASSIGN(std::optional<Account> stored, workspace.store.account(id));
  return stored ? Result<Account>(*std::move(stored))
                : fail(Errc::not_found, fmt::format("there is no account {}", id.str()));
}

Result<std::unique_ptr<TargetDriver>> driver_of(Workspace& workspace, const Account& account) {
  SP_ASSIGN(const Target target, workspace.store.target(account.target));
  return driver_for(workspace, target);
}

Result<void> require_over(const Account& account, Timestamp now) {
  if (account.state == AccountState::ending || is_overdue(account, now)) {
    return {};
  }
  return fail(
      Errc::invalid_argument,
      fmt::format("{} on {} has not ended yet", account.user_name.str(), account.target.str()),
      fmt::format("if the work is over: stagepass finish {}", account.grant.str()));
}

/// A password whose key was destroyed cannot be tried; one that only waits for a passphrase can.
Result<LoginCheck> check_login(Workspace& workspace, ManualTarget& target, const Account& account) {
  if (!target.has_login() || !account.secret) {
    return LoginCheck::not_tried;
  }
  SP_TRY(workspace.vault.unlock());
  const auto password = workspace.vault.open(*account.secret, binding_of(account));
  if (!password && password.error().code == Errc::locked) {
    return fail(password.error());
  }
  return password ? target.check_login(account.user_name, *password, kStepTimeout)
                  : Result<LoginCheck>(LoginCheck::not_tried);
}

/// Durable before anything is closed by it; takes the account for this process, too. What comes back
/// is gone if somebody else has ended it meanwhile.
Result<Account> record(Workspace& workspace, Account account, LoginCheck login) {
  for (int attempt = 1; !is_gone(account); ++attempt) {
    SP_TRY(require_authentic(workspace, account));
    const Timestamp now = workspace.clock.now();
    if (account.leased_until && now < *account.leased_until) {
      return fail(
          Errc::conflict,
          fmt::format("another process is working on {} right now", account.user_name.str()),
          "say it again in a moment");
    }
    ChangeSet changes;
    Account& confirmed = changes.accounts.emplace_back(account);
    confirmed.evidence.deleted_at = now;
    confirmed.evidence.login = login;
    confirmed.leased_until = now + kLease;
    changes.audit.push_back(
        audit_entry(workspace, kConfirmed, account.id.str(),
                    fmt::format("{} was deleted by hand on {}; login: {}", account.user_name.str(),
                                account.target.str(), to_string(login))));
    const auto committed = commit(workspace, changes);
    if (committed) {
      advance_versions(changes);
      return std::move(changes.accounts.front());
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
    SP_ASSIGN(account, read(workspace, account.id));
  }
  return account;
}

}  // namespace

Result<bool> is_kept_by_hand(Workspace& workspace, const Target& target) {
  SP_ASSIGN(const auto driver, driver_for(workspace, target));
  return manual_target(*driver) != nullptr;
}

Result<std::vector<AccountByHand>> accounts_by_hand(Workspace& workspace, const GrantId& grant,
                                                    const std::optional<TargetName>& only) {
  SP_ASSIGN(const GrantWithAccounts found, workspace.store.grant(grant));
  std::vector<AccountByHand> by_hand;
  for (const Account& account : found.accounts) {
    if (only && account.target != *only) {
      continue;
    }
    SP_ASSIGN(const auto driver, driver_of(workspace, account));
    if (const ManualTarget* manual = manual_target(*driver)) {
      by_hand.push_back({account, manual->where()});
    }
  }
  return by_hand;
}

Result<AccountOutcome> confirm_deletion(Workspace& workspace, const Account& account) {
  SP_ASSIGN(Account current, read(workspace, account.id));
  if (is_gone(current)) {
    return AccountOutcome{std::move(current), std::nullopt};
  }
  SP_ASSIGN(const auto driver, driver_of(workspace, current));
  ManualTarget* const manual = manual_target(*driver);
  if (manual == nullptr) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is on {}, which stagepass asks itself", current.user_name.str(),
                            current.target.str()),
                "`stagepass purge` ends it and looks whether it is gone");
  }
  if (!is_authentic(workspace, current)) {
    SP_TRY(withdraw_changed_account(workspace, current, Witness::person));
    SP_ASSIGN(current, read(workspace, account.id));
    return AccountOutcome{std::move(current), std::nullopt};
  }
  SP_TRY(require_over(current, workspace.clock.now()));
  SP_ASSIGN(const LoginCheck login, check_login(workspace, *manual, current));
  SP_ASSIGN(Account confirmed, record(workspace, std::move(current), login));
  if (is_gone(confirmed)) {
    return AccountOutcome{std::move(confirmed), std::nullopt};
  }
  return AccountEnder(workspace).end(std::move(confirmed), EndReason::expired);
}

bool is_confirmed_by_person(const EndEvidence& evidence) {
  return evidence.deleted_at && !evidence.disabled_at;
}

const AuditEntry* confirmation_in(const std::vector<AuditEntry>& history,
                                  const EndEvidence& evidence) {
  // The first one: who can only put something behind the log takes nobody's place.
  const auto found = std::find_if(history.begin(), history.end(), [&](const AuditEntry& entry) {
    return entry.action == kConfirmed && evidence.deleted_at && entry.at == *evidence.deleted_at;
  });
  return found == history.end() ? nullptr : &*found;
}

}  // namespace stagepass::service
