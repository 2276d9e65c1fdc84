// GrantService::extend: the targets first, then the record; any failure puts the old end back.
#include "service/ending.hpp"
#include "service/grant_rules.hpp"
#include "service/live_rules.hpp"
#include "service/moving_ends.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/checkpoints.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;

Result<void> check_extendable(const GrantWithAccounts& found, Timestamp now) {
  if (found.grant.ended_at || now >= counting_end(found.grant, found.accounts).at) {
    const std::string early = early_end_of(found.grant, found.accounts);
    return fail(
        Errc::expired,
        fmt::format("grant {} is over{}{}", found.grant.id.str(), early.empty() ? "" : ": ", early),
        "make a new grant");
  }
  return require_active(found.accounts);
}

/// Moves the ends on the targets, and back again unless `keep` is called.
class MovedEnds final {
 public:
  MovedEnds(Workspace& workspace, const std::vector<Account>& accounts)
      : workspace_(&workspace), accounts_(&accounts) {}
  MovedEnds(const MovedEnds&) = delete;
  MovedEnds& operator=(const MovedEnds&) = delete;
  MovedEnds(MovedEnds&&) = delete;
  MovedEnds& operator=(MovedEnds&&) = delete;

  /// Best effort: where it fails the platform's own expiry differs from ours, and ours still ends the account.
  ~MovedEnds() {
    for (std::size_t i = 0; !keep_ && i < drivers_.size(); ++i) {
      const Account& account = (*accounts_)[i];
      static_cast<void>(drivers_[i]->set_end(ref_of(account), stored_end(account), kStepTimeout));
    }
  }

  Result<void> move_to(Timestamp new_end, Progress& progress) {
    for (const Account& account : *accounts_) {
      progress.step(fmt::format("moving the end on {}", account.target.str()));
      SP_TRY(check_identity(*workspace_, ref_of(account), account.target));
      SP_ASSIGN(const Target target, workspace_->store.target(account.target));
      SP_ASSIGN(auto driver, driver_for(*workspace_, target));
      drivers_.push_back(std::move(driver));
      SP_TRY(drivers_.back()->set_end(ref_of(account), new_end, kStepTimeout));
    }
    return {};
  }

  void keep() { keep_ = true; }

 private:
  /// Somebody else may have moved it just now; then his end counts, not the one we began with.
  Timestamp stored_end(const Account& account) const {
    const auto found = workspace_->store.grant(account.grant);
    return found ? found->grant.expires_at : account.expires_at;
  }

  Workspace* workspace_;
  const std::vector<Account>* accounts_;
  std::vector<std::unique_ptr<TargetDriver>> drivers_;
  bool keep_ = false;
};

}  // namespace

Result<Account> with_new_end(Workspace& workspace, const Account& account, Timestamp new_end,
                             Timestamp ends_at) {
  Account moved = account;
  SP_TRY(move_end(moved, new_end, ends_at));
  if (account.secret) {
    SP_ASSIGN(moved.secret,
              workspace.vault.reseal(*account.secret, binding_of(account), binding_of(moved)));
  }
  return moved;
}

namespace {

/// Whoever says a new end for what was retrieved means that end, whatever time to work was agreed.
Grant with_new_end(const GrantWithAccounts& found, Timestamp new_end) {
  Grant moved = found.grant;
  moved.expires_at = new_end;
  if (was_retrieved(found.accounts)) {
    moved.work_time.reset();
  }
  return moved;
}

/// All that an extension changes in the records.
Result<ChangeSet> extension_of(Workspace& workspace, const GrantWithAccounts& found,
                               const GrantDecision& decision) {
  const Timestamp new_end = decision.expires_at;
  ChangeSet changes;
  changes.grants.push_back(with_new_end(found, new_end));
  const Timestamp ends_at = counting_end(changes.grants.front(), found.accounts).at;
  for (const Account& account : found.accounts) {
    SP_ASSIGN(Account moved, with_new_end(workspace, account, new_end, ends_at));
    changes.accounts.push_back(std::move(moved));
  }
  changes.key_epoch = oldest_epoch_of(changes.accounts);
  const CountingEnd before = counting_end(found.grant, found.accounts);
  const Timestamp old_end =
      before.clock == EndClock::work_time ? before.at : found.grant.expires_at;
  changes.audit.push_back(
      audit_entry(workspace, "extend", found.grant.id.str(),
                  fmt::format("from {} to {}", format_utc(old_end), format_utc(new_end))));
  if (decision.live) {
    record_live(workspace, found.grant.id, *decision.live, changes);
  }
  return changes;
}

/// Has a rotation or a retrieve, and nobody else, changed the rows since they were read? Then they
/// are read again.
Result<bool> is_worth_another_try(Workspace& workspace, GrantWithAccounts& found,
                                  const std::optional<std::int64_t>& epoch) {
  SP_TRY(was_overtaken(workspace, epoch));
  SP_ASSIGN(GrantWithAccounts stored, workspace.store.grant(found.grant.id));
  if (!is_same_life(found, stored)) {
    return false;
  }
  found = std::move(stored);
  return true;
}

/// Before the targets hear of it: a secret that does not open stops nothing half-way. One may be
/// wrapped anew between two looks.
Result<ChangeSet> prepare(Workspace& workspace, GrantWithAccounts& found,
                          const GrantDecision& decision) {
  auto changes = extension_of(workspace, found, decision);
  if (changes || changes.error().code != Errc::undecryptable) {
    return changes;
  }
  SP_ASSIGN(const bool is_worth_it, is_worth_another_try(workspace, found, std::nullopt));
  return is_worth_it ? extension_of(workspace, found, decision) : std::move(changes);
}

Result<void> record(Workspace& workspace, GrantWithAccounts found, const GrantDecision& decision,
                    ChangeSet changes) {
  for (int attempt = 1;; ++attempt) {
    auto committed = commit(workspace, changes);
    if (committed || committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return committed;
    }
    SP_ASSIGN(const bool is_worth_it, is_worth_another_try(workspace, found, changes.key_epoch));
    if (!is_worth_it) {
      return committed;
    }
    SP_ASSIGN(changes, extension_of(workspace, found, decision));
  }
}

}  // namespace

Result<GrantWithAccounts> GrantService::extend(
    const GrantId& id, const End& end, Progress& progress,
    const std::optional<handoff::SignedApproval>& approval) {
  SP_ASSIGN(GrantWithAccounts found, workspace_->store.grant(id));
  SP_TRY(require_authentic(*workspace_, found));
  const Timestamp now = workspace_->clock.now();
  SP_TRY(check_extendable(found, now));
  SP_ASSIGN(const GrantDecision decision,
            judge_extension(*workspace_, {found, now, resolve(end, now), approval}));
  SP_TRY(require_all(decision.rules));
  SP_TRY(require_whole_log(*workspace_));
  SP_TRY(require_sound_clock(*workspace_, progress));
  SP_TRY(workspace_->vault.unlock());
  SP_ASSIGN(ChangeSet changes, prepare(*workspace_, found, decision));

  MovedEnds moved(*workspace_, found.accounts);
  SP_TRY(moved.move_to(decision.expires_at, progress));
  const auto committed = record(*workspace_, found, decision, std::move(changes));
  // Which end is on record is unknown after a failed sync: the targets are left alone.
  if (committed || committed.error().code == Errc::not_durable) {
    moved.keep();
  }
  SP_TRY(committed);
  return workspace_->store.grant(id);
}

}  // namespace stagepass::service
