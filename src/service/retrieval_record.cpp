#include "service/retrieval_record.hpp"

#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;

using Outcome = std::function<void(Account& stored, const Account& claimed)>;

const Account* claim_on(const std::vector<Account>& claimed, const Account& stored) {
  const auto found = std::find_if(claimed.begin(), claimed.end(),
                                  [&](const Account& each) { return each.id == stored.id; });
  return found == claimed.end() ? nullptr : &*found;
}

/// What came of it, in the accounts that were claimed; and in all that live the end that counts by that.
CountingEnd apply(GrantWithAccounts found, const std::vector<Account>& claimed,
                  const Outcome& outcome, ChangeSet& changes) {
  for (Account& account : found.accounts) {
    if (const Account* claim = claim_on(claimed, account)) {
      outcome(account, *claim);
    }
  }
  const CountingEnd end = counting_end(found.grant, found.accounts);
  for (Account& account : found.accounts) {
    const Timestamp ends_at = std::min(account.expires_at, end.at);
    const bool is_moved = account.state == AccountState::active && account.ends_at != ends_at;
    if (is_moved) {
      account.ends_at = ends_at;
      account.next_at = ends_at;
    }
    if (is_moved || claim_on(claimed, account) != nullptr) {
      changes.accounts.push_back(std::move(account));
    }
  }
  return end;
}

/// By the records as they are stored now: an extension, a rotation or a purge may have come in between.
Result<CountingEnd> record(Workspace& workspace, const std::vector<Account>& claimed,
                           const Outcome& outcome, const AuditEntry& entry) {
  for (int attempt = 1;; ++attempt) {
    SP_ASSIGN(GrantWithAccounts found, workspace.store.grant(claimed.front().grant));
    SP_TRY(require_authentic(workspace, found));
    ChangeSet changes;
    const CountingEnd end = apply(std::move(found), claimed, outcome, changes);
    changes.audit.push_back(entry);
    const auto committed = commit(workspace, changes);
    if (committed) {
      return end;
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
  }
}

}  // namespace

Result<void> record_claim(Workspace& workspace, std::vector<Account>& accounts) {
  ChangeSet changes;
  changes.accounts = accounts;
  for (Account& account : changes.accounts) {
    account.retrieval.claimed_at = workspace.clock.now();
    account.retrieval.claimed_by = workspace.actor;
  }
  changes.audit.push_back(
      audit_entry(workspace, "retrieve.claimed", accounts.front().grant.str(), ""));
  SP_TRY(commit(workspace, changes));
  advance_versions(changes);
  accounts = std::move(changes.accounts);
  return {};
}

Result<CountingEnd> record_retrieval(Workspace& workspace, const std::vector<Account>& claimed) {
  const Retrieval seen{.claimed_at = {},
                       .claimed_by = {},
                       .retrieved_at = workspace.clock.now(),
                       .retrieved_by = workspace.actor};
  // Who was faster stays on record, and with him when the time to work began.
  return record(
      workspace, claimed,
      [&](Account& stored, const Account& /*claimed*/) {
        if (!stored.retrieval.retrieved_at) {
          stored.retrieval = seen;
        }
      },
      audit_entry(workspace, "retrieve", claimed.front().grant.str(), ""));
}

Result<void> record_release(Workspace& workspace, const std::vector<Account>& claimed,
                            const Error& why) {
  SP_TRY(record(
      workspace, claimed,
      [](Account& stored, const Account& claim) {
        const bool is_ours = stored.retrieval.claimed_at == claim.retrieval.claimed_at &&
                             stored.retrieval.claimed_by == claim.retrieval.claimed_by;
        if (is_ours && !stored.retrieval.retrieved_at) {
          stored.retrieval = {};
        }
      },
      audit_entry(workspace, "retrieve.failed", claimed.front().grant.str(), why.message)));
  return {};
}

}  // namespace stagepass::service
