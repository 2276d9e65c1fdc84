#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/taking_away.hpp"

#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/ports/manual_target.hpp>
#include <stagepass/service/target_audit.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace stagepass::service {
namespace {

/// A target that could not be compared is looked at again after this long at most.
constexpr Ttl kRetryAudit = std::chrono::minutes(15);
constexpr std::size_t kPage = 100;

bool is_open(const Account& account) {
  return account.state != AccountState::gone;
}

bool is_alive(const Account& account) {
  return account.state == AccountState::planned || account.state == AccountState::active;
}

/// One comparison: what the target shows first, then the records, then a second look at the target
/// before anything is done about a difference.
class Comparison final {
 public:
  Comparison(Workspace& workspace, TargetName target, TargetDriver& driver,
             const AuditOptions& options)
      : workspace_(&workspace), target_(std::move(target)), driver_(&driver), options_(&options) {}

  Result<TargetAudit> run() {
    SP_ASSIGN(const Timeout timeout, step_time());
    const auto marked = driver_->list_marked(timeout);
    if (!marked && marked.error().code != Errc::invalid_argument) {
      return fail(marked.error());
    }
    audit_.was_listed = marked.has_value();
    for (std::size_t i = 0; marked && i < marked->size() && may_go_on(); ++i) {
      SP_TRY(noted((*marked)[i].user_name, judge_marked((*marked)[i])));
    }
    SP_TRY(for_each_open([this](const Account& account) {
      return noted(account.user_name.str(), judge_recorded(account));
    }));
    return std::move(audit_);
  }

 private:
  bool may_go_on() {
    audit_.was_complete = audit_.was_complete && !options_->stop.stop_requested() &&
                          workspace_->clock.now() < options_->stop_at;
    return audit_.was_complete;
  }

  Result<Timeout> step_time() const {
    SP_TRY(workspace_->store.still_durable());
    const auto left = options_->stop_at - workspace_->clock.now();
    if (left <= Ttl::zero()) {
      return fail(Errc::unreachable, "the time of this run was over");
    }
    return std::min<Timeout>(left, kStepTimeout);
  }

  /// What goes wrong with one account stops no other; a store that is out of reach stops all.
  Result<void> noted(const std::string& user_name, const Result<void>& judged) {
    if (judged || is_of_store(judged.error())) {
      return judged;
    }
    audit_.problems.push_back(
        fmt::format("{}: {}", escape_untrusted(user_name), judged.error().message));
    return {};
  }

  /// What stands on the target: is there a record for it?
  Result<void> judge_marked(const MarkedAccount& seen) {
    const auto id = account_in_marker(seen.marker);
    SP_ASSIGN(const std::optional<Account> row,
              id ? workspace_->store.account(*id) : Result<std::optional<Account>>(std::nullopt));
    if (row && row->target != target_ && seen.marker == marker_on(*id, row->target)) {
      return judge_neighbour(*row);
    }
    if (!id || seen.marker != marker_on(*id, target_) ||
        seen.user_name != user_name_for(*id).str()) {
      audit_.foreign.push_back(fmt::format("{} carries a mark that is not of this vault",
                                           stagepass::quoted(seen.user_name)));
      return {};
    }
    if (row && is_open(*row) && is_authentic(*workspace_, *row)) {
      on_record_.insert(*id);
      ++audit_.on_record;
      return {};
    }
    return end_orphan({*id, user_name_for(*id), seen.marker});
  }

  /// Two targets of this vault on one host: the other one answers for it, if it is still there.
  Result<void> judge_neighbour(const Account& row) {
    const auto neighbour = workspace_->store.target(row.target);
    if (!neighbour && neighbour.error().code == Errc::not_found) {
      audit_.foreign.push_back(fmt::format("{} was made for the target {}, which was removed",
                                           row.user_name.str(), row.target.str()));
    }
    return {};
  }

  Result<void> end_orphan(const AccountRef& ref) {
    SP_ASSIGN(const Timeout timeout, step_time());
    if (const auto presence = driver_->probe(ref, timeout);
        presence && *presence == Presence::absent) {
      return {};  // somebody has just ended it
    }
    SP_TRY(note("account.orphan", ref.id, "no open record accounts for it; it is ended"));
    Orphan orphan{ref.user_name, {}, std::nullopt};
    const auto taken =
        take_away(*workspace_, {ref, target_, {}}, options_->stop_at, orphan.evidence);
    if (taken) {
      SP_TRY(note("account.gone", ref.id, describe_evidence(orphan.evidence)));
    } else {
      orphan.problem = taken.error();
      SP_TRY(note("account.not-gone-yet", ref.id, orphan.problem->message));
    }
    audit_.orphans.push_back(std::move(orphan));
    return {};
  }

  /// What is on record: does it stand on the target? What is being made or ended is not judged.
  Result<void> judge_recorded(const Account& account) {
    SP_TRY(require_authentic(*workspace_, account));
    const Timestamp now = workspace_->clock.now();
    const bool is_leased = account.leased_until && now < *account.leased_until;
    if (on_record_.contains(account.id) || account.state != AccountState::active || is_leased ||
        is_overdue(account, now)) {
      return {};
    }
    SP_TRY(check_identity(*workspace_, ref_of(account), target_));
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_ASSIGN(const Presence presence, driver_->probe(ref_of(account), timeout));
    switch (presence) {
      case Presence::ours:
        ++audit_.on_record;
        return {};
      case Presence::foreign:
        audit_.foreign.push_back(
            fmt::format("{} is on record but does not carry our mark", account.user_name.str()));
        return {};
      case Presence::absent:
        break;
    }
    return close_missing(account);
  }

  /// Ends it as any other: somebody else deleted the account, not necessarily all it left behind.
  Result<void> close_missing(const Account& account) {
    SP_ASSIGN(const GrantWithAccounts found, workspace_->store.grant(account.grant));
    const Timestamp now = workspace_->clock.now();
    ChangeSet changes;
    changes.accounts.push_back(account);
    SP_TRY(begin_end(changes.accounts.front(), now));
    changes.accounts.front().leased_until = now + kLease;
    if (std::count_if(found.accounts.begin(), found.accounts.end(), is_alive) == 1 &&
        !found.grant.ended_at) {
      add_end(*workspace_, found, EndReason::revoked, changes);
    }
    changes.audit.push_back(audit_entry(*workspace_, "account.missing", account.id.str(),
                                        "somebody else has deleted it on the target"));
    const auto committed = commit(*workspace_, changes);
    if (!committed && committed.error().code == Errc::conflict) {
      return {};  // somebody works on it
    }
    SP_TRY(committed);
    advance_versions(changes);
    SP_ASSIGN(
        AccountOutcome outcome,
        AccountEnder(*workspace_).end(std::move(changes.accounts.front()), EndReason::revoked));
    audit_.missing.push_back(std::move(outcome));
    return {};
  }

  template <class Judge>
  Result<void> for_each_open(const Judge& judge) {
    std::optional<AccountId> after;
    while (true) {
      SP_ASSIGN(const auto page, workspace_->store.accounts_on(target_, after, kPage));
      for (const Account& account : page) {
        if (!may_go_on()) {
          return {};
        }
        SP_TRY(judge(account));
      }
      if (page.size() < kPage) {
        return {};
      }
      after = page.back().id;
    }
  }

  Result<void> note(const char* action, const AccountId& subject, const std::string& detail) {
    ChangeSet changes;
    changes.audit.push_back(audit_entry(*workspace_, action, subject.str(), detail));
    return workspace_->store.commit(changes);
  }

  std::string marker_on(const AccountId& id, const TargetName& target) const {
    return workspace_->vault.marker(id, target);
  }

  Workspace* workspace_;
  TargetName target_;
  TargetDriver* driver_;
  const AuditOptions* options_;
  std::set<AccountId> on_record_;
  TargetAudit audit_;
};

std::string summary_of(const Result<TargetAudit>& audit) {
  if (!audit) {
    return audit.error().message;
  }
  if (audit->is_by_hand) {
    return "kept by hand; nothing was compared";
  }
  return fmt::format("on record: {}; orphans: {}; missing: {}; not ours: {}; not judged: {}{}",
                     audit->on_record, audit->orphans.size(), audit->missing.size(),
                     audit->foreign.size(), audit->problems.size(),
                     audit->was_complete ? "" : "; not complete");
}

Result<TargetAudit> compare(Workspace& workspace, const Target& target,
                            const AuditOptions& options) {
  SP_ASSIGN(const auto driver, driver_for(workspace, target));
  if (manual_target(*driver) != nullptr) {
    TargetAudit nothing;
    nothing.is_by_hand = true;
    nothing.was_listed = false;
    return nothing;
  }
  return Comparison(workspace, target.name, *driver, options).run();
}

/// When purge looks again, and what came of it. Somebody else may have changed the target meanwhile:
/// then purge looks again sooner.
Result<void> record_audit(Workspace& workspace, Target target, Ttl next,
                          std::optional<AuditEntry> entry) {
  target.next_audit_at = workspace.clock.now() + next;
  ChangeSet changes;
  changes.targets.push_back(std::move(target));
  if (entry) {
    changes.audit.push_back(*std::move(entry));
  }
  auto committed = workspace.store.commit(changes);
  return !committed && committed.error().code == Errc::conflict ? Result<void>() : committed;
}

}  // namespace

bool TargetAudit::is_settled() const {
  return was_complete && problems.empty() &&
         std::none_of(orphans.begin(), orphans.end(),
                      [](const Orphan& orphan) { return orphan.problem.has_value(); });
}

Result<TargetAudit> audit_target(Workspace& workspace, const TargetName& name,
                                 const AuditOptions& options) {
  const Ttl soon = std::min(options.next, kRetryAudit);
  SP_ASSIGN(Target target, workspace.store.target(name));
  // First, so that what cannot be finished is not begun again every minute.
  SP_TRY(record_audit(workspace, target, soon, std::nullopt));
  auto audit = compare(workspace, target, options);
  SP_ASSIGN(target, workspace.store.target(name));
  SP_TRY(record_audit(workspace, target, audit && audit->is_settled() ? options.next : soon,
                      audit_entry(workspace, "target.audit", name.str(), summary_of(audit))));
  return audit;
}

}  // namespace stagepass::service
