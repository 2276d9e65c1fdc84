#include "service/making.hpp"

#include "service/ending.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/target_rules.hpp"

#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;

/// Takes an account away without looking at its row, which may say anything by now.
Result<void> undo(TargetDriver& driver, const AccountRef& account) {
  SP_TRY(driver.disable(account, kStepTimeout));
  SP_TRY(driver.end_sessions(account, kStepTimeout));
  SP_TRY(driver.erase(account, kStepTimeout));
  SP_ASSIGN(const GoneProof proof, driver.verify_gone(account, nullptr, kStepTimeout));
  return proof.residue.empty() ? Result<void>() : fail(Errc::pending, proof.residue.front());
}

bool is_gone(const AccountOutcome& outcome) {
  return !outcome.problem;
}

/// Who knows the old secret is out before the new one opens the door.
Result<void> shut(TargetDriver& driver, const AccountRef& account) {
  SP_TRY(driver.disable(account, kStepTimeout));
  SP_TRY(driver.end_sessions(account, kStepTimeout));
  return {};
}

Result<void> seal_again(Workspace& workspace, std::vector<PlannedAccount>& planned) {
  for (PlannedAccount& each : planned) {
    if (each.password) {
      SP_ASSIGN(each.account.secret,
                workspace.vault.seal(*each.password, binding_of(each.account)));
    }
  }
  return {};
}

std::string describe_failure(const PlannedAccount& failed) {
  const std::string& target = failed.account.target.str();
  return failed.is_reissue ? fmt::format("the credential on {} could not be replaced", target)
                           : fmt::format("no account could be made on {}", target);
}

}  // namespace

Result<Secret> new_password(Workspace& workspace, const Target& target) {
  SP_ASSIGN(NamedPasswordPolicy kind, password_policy_of(target));
  SP_ASSIGN(auto generator,
            vault::PasswordGenerator::make(std::move(kind.policy), workspace.random));
  return generator.generate();
}

Result<void> record_plan(Workspace& workspace, std::vector<PlannedAccount>& planned,
                         const std::function<ChangeSet()>& plan) {
  for (int attempt = 1;; ++attempt) {
    ChangeSet changes = plan();
    auto committed = commit(workspace, changes);
    if (committed || committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return committed;
    }
    SP_ASSIGN(const bool is_overtaken, was_overtaken(workspace, changes.key_epoch));
    if (!is_overtaken) {
      return committed;
    }
    SP_TRY(seal_again(workspace, planned));
  }
}

Result<void> GrantMaker::make(std::vector<PlannedAccount>& planned,
                              const std::optional<SshPublicKey>& public_key) {
  for (PlannedAccount& each : planned) {
    progress_->step(fmt::format("creating the account on {}", each.account.target.str()));
    auto created = create(each, public_key);
    if (!created) {
      return take_back(planned, each, std::move(created).error());
    }
  }
  return {};
}

Result<void> GrantMaker::create(PlannedAccount& planned,
                                const std::optional<SshPublicKey>& public_key) {
  Account& account = planned.account;
  // Past this time the scheduler may be taking the account away already.
  if (workspace_->clock.now() + kStepTimeout >= *account.next_at) {
    return fail(Errc::unavailable, "the targets before this one took too long");
  }
  const AccountSpec spec{ref_of(account), account.expires_at,
                         planned.password ? &*planned.password : nullptr, public_key};
  auto created = planned.is_reissue ? shut(*planned.driver, spec.ref) : Result<void>();
  if (created) {
    created = planned.driver->create(spec, kStepTimeout);
  }
  planned.password.reset();
  if (!created) {
    if (created.error().code == Errc::unreachable) {
      // What may have been made is shut at once; what the target still does later, purge finds.
      static_cast<void>(undo(*planned.driver, spec.ref));
    }
    return created;
  }
  auto recorded = record_active(account);
  if (recorded || recorded.error().code == Errc::not_durable) {
    // Where a sync failed nobody knows what is on record, so nothing is done by it: the plan was
    // durable before, and purge takes away what it cannot account for.
    return recorded;
  }
  if (const auto undone = undo(*planned.driver, spec.ref); !undone) {
    return fail(
        recorded.error().code,
        fmt::format("{}, and {} could not be taken away there: {}", recorded.error().message,
                    account.user_name.str(), undone.error().message),
        fmt::format("delete {} on {} by hand", account.user_name.str(), account.target.str()));
  }
  return recorded;
}

Result<void> GrantMaker::record_active(Account& account) {
  for (int attempt = 1;; ++attempt) {
    ChangeSet changes;
    changes.accounts.push_back(account);
    SP_TRY(activate(changes.accounts.front()));
    changes.audit.push_back(audit_entry(*workspace_, "account.active", account.id.str(), ""));
    auto committed = commit(*workspace_, changes);
    if (committed) {
      advance_versions(changes);
      account = std::move(changes.accounts.front());
      return {};
    }
    if (committed.error().code != Errc::conflict) {
      return committed;
    }
    if (attempt == kCommitAttempts || !catch_up(*workspace_, account)) {
      return fail(Errc::conflict, "the grant was ended while it was being made");
    }
  }
}

/// Nothing half-made stays: the whole grant is ended, and the person is told why and what is left.
Failure GrantMaker::take_back(const std::vector<PlannedAccount>& planned,
                              const PlannedAccount& failed, Error cause) {
  progress_->step("taking back what was made");
  EndOrder order{.which = {.id = grant_->id}, .reason = EndReason::not_created, .own = {}};
  for (const PlannedAccount& each : planned) {
    const bool may_still_come = &each == &failed && cause.code == Errc::unreachable;
    if (!may_still_come && each.account.leased_until) {
      order.own.emplace(each.account.id, *each.account.leased_until);
    }
  }
  const auto report = end_grants(*workspace_, order, *progress_);
  const bool all_gone =
      report && std::all_of(report->accounts.begin(), report->accounts.end(), is_gone);
  cause.message = fmt::format("{}: {}", describe_failure(failed), cause.message);
  if (failed.is_reissue) {
    cause.message += fmt::format("; so grant {} is ended", grant_->id.str());
    cause.hint = "make a new grant" + (cause.hint.empty() ? "" : "; " + cause.hint);
  }
  if (!all_gone) {
    cause.message +=
        fmt::format("; what was made of grant {} is not proven gone yet", grant_->id.str());
    cause.hint =
        "`stagepass purge` goes on with it" + (cause.hint.empty() ? "" : "; " + cause.hint);
  }
  return fail(std::move(cause));
}

}  // namespace stagepass::service
