// Finish and revoke: first every matching grant is recorded as ended, then its accounts are taken away.
#include "service/ending.hpp"

#include "service/lanes.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;

bool is_open(const Account& account) {
  return account.state != AccountState::gone;
}

/// The account as it is to be stored, or nothing if it is ending or gone already.
Result<std::optional<Account>> ended(const Account& account, const EndOrder& order, Timestamp now) {
  const auto own = order.own.find(account.id);
  const bool is_left_by_its_maker = own != order.own.end() && account.leased_until == own->second;
  const bool is_over = account.state == AccountState::ending || account.state == AccountState::gone;
  if (is_over && !is_left_by_its_maker) {
    return std::optional<Account>();
  }
  Account ending = account;
  SP_TRY(begin_end(ending, now));
  // A scheduler that has just claimed it loses it here, before it touched the target. Somebody who
  // is making it does not: what is deleted under his hands would be made again.
  if (account.state == AccountState::active || is_left_by_its_maker) {
    ending.leased_until.reset();
  }
  return std::optional(std::move(ending));
}

/// After this commit the accounts are due, whatever becomes of this process.
Result<GrantWithAccounts> record_ended(Workspace& workspace, const GrantId& id,
                                       const EndOrder& order) {
  for (int attempt = 1;; ++attempt) {
    SP_ASSIGN(GrantWithAccounts found, workspace.store.grant(id));
    const Timestamp now = workspace.clock.now();
    ChangeSet changes;
    for (const Account& account : found.accounts) {
      SP_ASSIGN(std::optional<Account> ending, ended(account, order, now));
      if (ending && is_authentic(workspace, account)) {
        changes.accounts.push_back(*std::move(ending));
        changes.audit.push_back(audit_entry(workspace, "account.ending", account.id.str(),
                                            std::string(to_string(order.reason))));
      }
    }
    add_end(workspace, found, order.reason, changes);
    if (changes.accounts.empty() && changes.grants.empty()) {
      return found;
    }
    const auto committed = commit(workspace, changes);
    if (committed) {
      return workspace.store.grant(id);
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
  }
}

/// The account as somebody else may have left it meanwhile.
Result<Account> read_again(Workspace& workspace, const Account& account) {
  SP_ASSIGN(std::optional<Account> stored, workspace.store.account(account.id));
  return stored ? Result<Account>(*std::move(stored))
                : fail(Errc::corrupt, fmt::format("the record of {} on {} is gone",
                                                  account.user_name.str(), account.target.str()));
}

/// Takes the account for this process, unless it is gone by now. Errors: `conflict` if somebody else
/// works on it.
Result<Account> lease(Workspace& workspace, Account account) {
  for (int attempt = 1; is_open(account); ++attempt) {
    const Timestamp now = workspace.clock.now();
    if (account.leased_until && now < *account.leased_until) {
      return fail(Errc::conflict, "another process is working on it right now",
                  "`stagepass purge` goes on with it");
    }
    ChangeSet changes;
    changes.accounts.push_back(account);
    changes.accounts.front().leased_until = now + kLease;
    const auto committed = workspace.store.commit(changes);
    if (committed) {
      advance_versions(changes);
      return std::move(changes.accounts.front());
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
    SP_ASSIGN(account, read_again(workspace, account));
  }
  return account;
}

/// The accounts of one target, one after the other. When the target does not answer, the rest stay due.
class Lane final {
 public:
  Lane(Workspace& workspace, EndReason reason) : workspace_(&workspace), reason_(reason) {}

  AccountOutcome end(const Account& account) {
    if (given_up_) {
      return {account, given_up_};
    }
    auto outcome = attempt(account);
    if (!outcome) {
      return {account, std::move(outcome).error()};
    }
    if (outcome->problem && outcome->problem->code == Errc::unreachable) {
      given_up_ = outcome->problem;
    }
    return *std::move(outcome);
  }

 private:
  Result<AccountOutcome> attempt(const Account& account) {
    SP_ASSIGN(Account leased, lease(*workspace_, account));
    if (!is_open(leased)) {
      return AccountOutcome{std::move(leased), std::nullopt};
    }
    return AccountEnder(*workspace_).end(std::move(leased), reason_);
  }

  Workspace* workspace_;
  EndReason reason_;
  std::optional<Error> given_up_;
};

/// One lane per target, so that a dead shop never delays a database.
std::vector<AccountOutcome> end_accounts(Workspace& workspace, const std::vector<Account>& accounts,
                                         EndReason reason, Progress& progress) {
  std::map<TargetName, std::vector<Account>> by_target;
  for (const Account& account : accounts) {
    by_target[account.target].push_back(account);
  }
  std::vector<AccountOutcome> outcomes;
  std::mutex mutex;
  std::vector<std::function<void()>> lanes;
  lanes.reserve(by_target.size());
  for (const auto& [target, on_target] : by_target) {
    lanes.emplace_back([&, &on_target = on_target] {
      Lane lane(workspace, reason);
      for (const Account& account : on_target) {
        AccountOutcome outcome = lane.end(account);
        const std::lock_guard lock(mutex);
        outcomes.push_back(std::move(outcome));
        progress.count(outcomes.size(), accounts.size());
      }
    });
  }
  run_in_lanes(std::move(lanes), workspace.lanes);
  return outcomes;
}

Result<std::vector<GrantId>> matching(Workspace& workspace, GrantFilter which) {
  if (which.id) {
    which.include = GrantFilter::Include::all;  // ending what is gone already is no error
  }
  std::vector<GrantId> ids;
  SP_TRY(for_each_page(workspace, which, [&](const auto& page) -> Result<void> {
    for (const GrantWithAccounts& each : page) {
      ids.push_back(each.grant.id);
    }
    return {};
  }));
  if (ids.empty()) {
    return which.id ? fail(Errc::not_found, fmt::format("there is no grant {}", which.id->str()),
                           "see `stagepass list`")
                    : fail(Errc::not_found, "no open grant matches", "see `stagepass list`");
  }
  return ids;
}

}  // namespace

Result<EndReport> end_grants(Workspace& workspace, const EndOrder& order, Progress& progress) {
  SP_ASSIGN(const std::vector<GrantId> ids, matching(workspace, order.which));
  EndReport report;
  std::vector<Account> open;
  for (const GrantId& id : ids) {
    SP_ASSIGN(GrantWithAccounts ended, record_ended(workspace, id, order));
    report.grants.push_back(std::move(ended.grant));
    for (Account& account : ended.accounts) {
      if (is_open(account)) {
        open.push_back(std::move(account));
      } else {
        report.accounts.push_back({std::move(account), std::nullopt});
      }
    }
  }
  progress.step("ending accounts");
  for (AccountOutcome& outcome : end_accounts(workspace, open, order.reason, progress)) {
    if (outcome.problem && outcome.problem->code == Errc::not_durable) {
      return fail(*std::move(outcome.problem));
    }
    report.accounts.push_back(std::move(outcome));
  }
  return report;
}

Result<EndReport> GrantService::end(const GrantFilter& which, EndReason reason,
                                    Progress& progress) {
  return end_grants(*workspace_, {.which = which, .reason = reason, .own = {}}, progress);
}

}  // namespace stagepass::service
