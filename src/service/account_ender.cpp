#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/taking_away.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/account_ender.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace stagepass::service {
namespace {

constexpr Ttl kFirstRetry = std::chrono::seconds(10);
constexpr Ttl kLongestRetry = std::chrono::minutes(15);
constexpr int kCommitAttempts = 5;

/// Nobody else takes the account while we work on it.
constexpr Ttl kEndLimit = kLease / 2;

/// The duty to delete does not depend on the secret: without it, listing and residue decide. A rotation may have wrapped
/// it anew since we claimed the account.
std::optional<Secret> old_password(Workspace& workspace, const Account& account) {
  if (!account.secret || !workspace.vault.is_unlocked()) {
    return std::nullopt;
  }
  auto password = workspace.vault.open(*account.secret, binding_of(account));
  if (!password) {
    const auto stored = workspace.store.account(account.id);
    if (stored && *stored && (*stored)->secret) {
      password = workspace.vault.open(*(*stored)->secret, binding_of(account));
    }
  }
  if (!password || password->empty()) {
    return std::nullopt;
  }
  return *std::move(password);
}

/// A grant whose making was cut off was never said to exist: what was finished of it goes too.
Result<void> end_siblings(Workspace& workspace, const std::vector<Account>& accounts,
                          const AccountId& except, ChangeSet& changes) {
  for (const Account& sibling : accounts) {
    if (sibling.id != except && sibling.state == AccountState::active &&
        is_authentic(workspace, sibling)) {
      changes.accounts.push_back(sibling);
      SP_TRY(begin_end(changes.accounts.back(), workspace.clock.now()));
      changes.audit.push_back(audit_entry(workspace, "account.ending", sibling.id.str(),
                                          "its grant was not completed"));
    }
  }
  return {};
}

/// Nothing if its record cannot be read: the duty to delete an account does not depend on it.
Result<std::optional<GrantWithAccounts>> grant_of(Workspace& workspace, const Account& account) {
  auto found = workspace.store.grant(account.grant);
  if (found) {
    return std::optional(*std::move(found));
  }
  const bool is_damaged =
      found.error().code == Errc::corrupt || found.error().code == Errc::not_found;
  return is_damaged ? Result<std::optional<GrantWithAccounts>>(std::nullopt)
                    : fail(std::move(found).error());
}

/// Makes the end a stored fact before anything is done on the target. A conflict may come from another account of
/// the same grant being ended beside us, too; then the grant is read again.
Result<void> record_end(Workspace& workspace, Account& account, EndReason reason) {
  if (account.state == AccountState::ending) {
    return {};
  }
  if (account.state == AccountState::planned) {
    reason = EndReason::not_created;
  }
  for (int attempt = 1;; ++attempt) {
    SP_ASSIGN(const auto found, grant_of(workspace, account));
    ChangeSet changes;
    changes.accounts.push_back(account);
    SP_TRY(begin_end(changes.accounts.front(), workspace.clock.now()));
    if (found && account.state == AccountState::planned) {
      SP_TRY(end_siblings(workspace, found->accounts, account.id, changes));
    }
    const std::string early =
        found && reason == EndReason::expired ? early_end_of(found->grant, found->accounts) : "";
    changes.audit.push_back(
        audit_entry(workspace, "account.ending", account.id.str(),
                    fmt::format("{}{}{}", to_string(reason), early.empty() ? "" : ": ", early)));
    if (found) {
      add_end(workspace, *found, reason, changes);
    }
    const auto committed = commit(workspace, changes);
    if (committed) {
      advance_versions(changes);
      account = std::move(changes.accounts.front());
      return {};
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
    SP_TRY(catch_up(workspace, account));
  }
}

/// Makes what came of an attempt a stored fact; `account` is the row as we claimed it.
Result<Account> record_outcome(Workspace& workspace, Account account, const EndEvidence& evidence,
                               const std::optional<Error>& problem) {
  const Ttl delay = retry_delay(account.attempts, workspace.random);
  for (int attempt = 1;; ++attempt) {
    ChangeSet changes;
    Account& after = changes.accounts.emplace_back(account);
    if (problem) {
      after.evidence = evidence;
      SP_TRY(postpone(after, workspace.clock.now(), delay, problem->message));
      changes.audit.push_back(
          audit_entry(workspace, "account.not-gone-yet", account.id.str(), problem->message));
    } else {
      SP_TRY(close_account(after, evidence));
      changes.audit.push_back(
          audit_entry(workspace, "account.gone", account.id.str(), describe_evidence(evidence)));
    }
    const auto committed = commit(workspace, changes);
    if (committed) {
      advance_versions(changes);
      return std::move(changes.accounts.front());
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
    SP_TRY(catch_up(workspace, account));
  }
}

/// Costs nothing for what has lived as long as was agreed.
std::string why_early(Workspace& workspace, const Account& account) {
  if (account.ends_at >= account.expires_at) {
    return "";
  }
  const auto found = workspace.store.grant(account.grant);
  return found && found->grant.end_reason == EndReason::expired
             ? early_end_of(found->grant, found->accounts)
             : "";
}

}  // namespace

Result<AccountOutcome> AccountEnder::end(Account claimed, EndReason reason) {
  if (auto ours = require_authentic(*workspace_, claimed); !ours) {
    // Nothing is written into the record either, or what somebody else wrote would be vouched for.
    return AccountOutcome{std::move(claimed), std::move(ours).error()};
  }
  SP_TRY(record_end(*workspace_, claimed, reason));

  EndEvidence evidence = claimed.evidence;
  const TakeAwayOrder order{ref_of(claimed), claimed.target,
                            [&] { return old_password(*workspace_, claimed); }, claimed.grant};
  const auto taken = take_away(*workspace_, order, workspace_->clock.now() + kEndLimit, evidence);

  std::optional<Error> problem;
  if (!taken) {
    problem = taken.error();
  }
  SP_ASSIGN(Account stored, record_outcome(*workspace_, std::move(claimed), evidence, problem));
  std::string early = why_early(*workspace_, stored);
  return AccountOutcome{std::move(stored), std::move(problem), std::move(early)};
}

Ttl retry_delay(std::int64_t attempts, Random& random) {
  constexpr std::int64_t kDoublingsToLongest = 7;
  const auto doublings = std::min(attempts, kDoublingsToLongest);
  const Ttl base = std::min<Ttl>(kFirstRetry * (std::int64_t{1} << doublings), kLongestRetry);
  std::array<std::uint8_t, 4> bytes{};
  random.fill(bytes);
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  const std::int64_t jitter = static_cast<std::int64_t>(number % 1001) - 500;  // thousandths
  return base + base * jitter / 1000;
}

}  // namespace stagepass::service
