#include "service/records.hpp"

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

/// The steps on the target, in the only safe order. Each may find its work already done.
class TakeAway final {
 public:
  TakeAway(Workspace& workspace, const Account& account, Timestamp stop_at)
      : workspace_(&workspace), account_(&account), ref_(ref_of(account)), stop_at_(stop_at) {}

  /// Fills `evidence` as far as it gets.
  Result<void> run(EndEvidence& evidence) {
    SP_TRY(check_identity(*workspace_, *account_));
    SP_ASSIGN(const Target target, workspace_->store.target(account_->target));
    SP_ASSIGN(const auto driver, driver_for(*workspace_, target));
    SP_TRY(refuse_foreign(*driver));
    SP_TRY(disable(*driver, evidence));
    SP_TRY(end_sessions(*driver, evidence));
    SP_TRY(erase(*driver, evidence));
    return verify(*driver, evidence);
  }

 private:
  /// What is left of this run's time, at most the usual bound of a step.
  Result<Timeout> step_time() const {
    const auto left = stop_at_ - workspace_->clock.now();
    if (left <= Ttl::zero()) {
      return fail(Errc::unreachable, "the time of this run was over before the account was gone");
    }
    return std::min<Timeout>(left, kStepTimeout);
  }

  Result<void> refuse_foreign(TargetDriver& driver) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_ASSIGN(const Presence presence, driver.probe(ref_, timeout));
    if (presence == Presence::foreign) {
      return fail(Errc::refused,
                  fmt::format("{} on {} does not carry our mark, so it was not touched",
                              account_->user_name.str(), account_->target.str()),
                  "somebody else made or changed it: look at it on the target");
    }
    return {};
  }

  Result<void> disable(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_TRY(driver.disable(ref_, timeout));
    if (!evidence.disabled_at) {
      evidence.disabled_at = workspace_->clock.now();
    }
    return {};
  }

  Result<void> end_sessions(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_ASSIGN(const std::size_t ended, driver.end_sessions(ref_, timeout));
    evidence.sessions_ended += static_cast<std::int64_t>(ended);
    evidence.sessions_ended_at = workspace_->clock.now();
    return {};
  }

  Result<void> erase(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_ASSIGN(const auto erased, driver.erase(ref_, timeout));
    if (evidence.deleted_at) {
      return {};  // an earlier attempt deleted it and could not prove it
    }
    evidence.deleted_at = workspace_->clock.now();
    evidence.was_already_absent = erased == TargetDriver::Erased::already_absent;
    return {};
  }

  Result<void> verify(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    const std::optional<Secret> password = old_password();
    SP_ASSIGN(const GoneProof proof,
              driver.verify_gone(ref_, password ? &*password : nullptr, timeout));
    if (!proof.residue.empty()) {
      return fail(Errc::pending, fmt::format("left behind on {}: {}", account_->target.str(),
                                             join(proof.residue, ", ")));
    }
    evidence.verified_at = workspace_->clock.now();
    evidence.login = proof.login;
    return {};
  }

  /// The duty to delete does not depend on the secret: without it, listing and residue decide.
  std::optional<Secret> old_password() const {
    if (!account_->secret || !workspace_->vault.is_unlocked()) {
      return std::nullopt;
    }
    auto password = workspace_->vault.open(*account_->secret, binding_of(*account_));
    if (!password || password->empty()) {
      return std::nullopt;
    }
    return *std::move(password);
  }

  Workspace* workspace_;
  const Account* account_;
  AccountRef ref_;
  Timestamp stop_at_;
};

/// A grant whose making was cut off was never said to exist: what was finished of it goes too.
Result<void> end_siblings(Workspace& workspace, const std::vector<Account>& accounts,
                          const AccountId& except, ChangeSet& changes) {
  for (const Account& sibling : accounts) {
    if (sibling.id != except && sibling.state == AccountState::active) {
      changes.accounts.push_back(sibling);
      SP_TRY(begin_end(changes.accounts.back(), workspace.clock.now()));
    }
  }
  return {};
}

/// Makes the end a stored fact before anything is done on the target. A conflict may come from another account of
/// the same grant being ended beside us; then the grant is read again.
Result<void> record_end(Workspace& workspace, Account& account, EndReason reason) {
  if (account.state == AccountState::ending) {
    return {};
  }
  if (account.state == AccountState::planned) {
    reason = EndReason::not_created;
  }
  for (int attempt = 1;; ++attempt) {
    SP_ASSIGN(GrantWithAccounts found, workspace.store.grant(account.grant));
    ChangeSet changes;
    changes.accounts.push_back(account);
    SP_TRY(begin_end(changes.accounts.front(), workspace.clock.now()));
    if (account.state == AccountState::planned) {
      SP_TRY(end_siblings(workspace, found.accounts, account.id, changes));
    }
    changes.audit.push_back(
        audit_entry(workspace, "account.ending", account.id.str(), std::string(to_string(reason))));
    if (!found.grant.ended_at) {
      mark_ended(found.grant, reason, workspace.clock.now(), workspace.actor);
      changes.grants.push_back(std::move(found.grant));
    }
    const auto committed = workspace.store.commit(changes);
    if (committed) {
      advance_versions(changes);
      account = std::move(changes.accounts.front());
      return {};
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
  }
}

std::string describe(const EndEvidence& evidence) {
  return fmt::format("{}; sessions ended: {}; login: {}",
                     evidence.was_already_absent ? "was already absent" : "deleted",
                     evidence.sessions_ended, to_string(evidence.login));
}

}  // namespace

Result<AccountOutcome> AccountEnder::end(Account claimed, EndReason reason, Timestamp stop_at) {
  SP_TRY(record_end(*workspace_, claimed, reason));

  EndEvidence evidence = claimed.evidence;
  const auto taken = TakeAway(*workspace_, claimed, stop_at).run(evidence);

  ChangeSet changes;
  std::optional<Error> problem;
  if (taken) {
    changes.audit.push_back(
        audit_entry(*workspace_, "account.gone", claimed.id.str(), describe(evidence)));
    SP_TRY(close_account(claimed, evidence));
  } else {
    problem = taken.error();
    claimed.evidence = evidence;
    const Ttl delay = retry_delay(claimed.attempts, workspace_->random);
    SP_TRY(postpone(claimed, workspace_->clock.now(), delay, problem->message));
    changes.audit.push_back(
        audit_entry(*workspace_, "account.not-gone-yet", claimed.id.str(), problem->message));
  }
  changes.accounts.push_back(std::move(claimed));
  SP_TRY(workspace_->store.commit(changes));
  advance_versions(changes);
  return AccountOutcome{std::move(changes.accounts.front()), std::move(problem)};
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
