// GrantService::retrieve: claim, show, confirm. A crash between claim and confirmation neither loses the credential
// (the claim runs out) nor hides that it may have been seen (the next retrieve is told).
#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/retrieval_record.hpp"

#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/grant_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

/// How long a claim keeps others out: longer than showing takes, short enough to wait for.
constexpr Ttl kClaim = std::chrono::minutes(1);
constexpr int kCommitAttempts = 5;
constexpr const char* kAskForAnother = "ask the merchant for a new grant";

Result<std::vector<Account>> accounts_to_show(const GrantWithAccounts& found,
                                              const std::optional<TargetName>& only) {
  std::vector<Account> accounts;
  for (const Account& account : found.accounts) {
    if (!only || account.target == *only) {
      accounts.push_back(account);
    }
  }
  if (accounts.empty()) {
    return fail(Errc::not_found, fmt::format("grant {} has no account on {}", found.grant.id.str(),
                                             only ? only->str() : "any target"));
  }
  return accounts;
}

/// While one account of it is being made, nobody can say when it ends once it was retrieved.
Result<void> check_made(const GrantWithAccounts& found) {
  const Grant& grant = found.grant;
  const bool has_clocks = grant.retrieve_by || grant.work_time;
  const auto is_planned = [](const Account& a) { return a.state == AccountState::planned; };
  return has_clocks && std::any_of(found.accounts.begin(), found.accounts.end(), is_planned)
             ? fail(Errc::unavailable, fmt::format("grant {} is still being made", grant.id.str()),
                    "try again in a minute")
             : Result<void>();
}

Result<void> check_running(const GrantWithAccounts& found, const Account& account, Timestamp now) {
  const Grant& grant = found.grant;
  if (!grant.ended_at && now < account.ends_at) {
    return {};
  }
  const std::string early = early_end_of(grant, found.accounts);
  if (!early.empty()) {
    return fail(Errc::expired, fmt::format("grant {} is over: {}", grant.id.str(), early),
                kAskForAnother);
  }
  return grant.ended_at ? fail(Errc::expired,
                               fmt::format("grant {} is over: {} at {}", grant.id.str(),
                                           to_string(grant.end_reason.value_or(EndReason::expired)),
                                           format_utc(*grant.ended_at)),
                               kAskForAnother)
                        : fail(Errc::expired,
                               fmt::format("grant {} expired at {}", grant.id.str(),
                                           format_utc(account.ends_at)),
                               kAskForAnother);
}

Result<void> check_showable(const GrantWithAccounts& found, const Account& account, Timestamp now) {
  const Grant& grant = found.grant;
  SP_TRY(check_running(found, account, now));
  if (account.state != AccountState::active) {
    return fail(Errc::unavailable,
                fmt::format("the account on {} is still being made", account.target.str()),
                "try again in a minute");
  }
  const Retrieval& retrieval = account.retrieval;
  if (retrieval.retrieved_at) {
    return fail(
        Errc::already_retrieved,
        fmt::format("the credential on {} was already retrieved at {} by {}", account.target.str(),
                    format_utc(*retrieval.retrieved_at), retrieval.retrieved_by),
        fmt::format(
            "if that was nobody you know, end it now with `stagepass revoke {0}`; if it was "
            "lost, replace it: stagepass reissue {0}",
            grant.id.str()));
  }
  // A claim of the future was made by a clock that was wrong for a moment.
  if (retrieval.claimed_at && now >= *retrieval.claimed_at &&
      now < *retrieval.claimed_at + kClaim) {
    return fail(
        Errc::conflict,
        fmt::format("{} is retrieving grant {} right now", retrieval.claimed_by, grant.id.str()),
        "if that was cut off, try again in a minute");
  }
  return {};
}

Result<ShownCredential> open_credential(Workspace& workspace, const Account& account) {
  ShownCredential shown{account.target, account.user_name, std::nullopt, {}};
  if (account.secret) {
    SP_ASSIGN(shown.password, workspace.vault.open(*account.secret, binding_of(account)));
  }
  SP_ASSIGN(const Target target, workspace.store.target(account.target));
  SP_ASSIGN(const auto driver, driver_for(workspace, target));
  shown.access = driver->access_details(account.user_name);
  if (shown.password) {
    shown.second_factor = driver->second_factor(*shown.password);
  }
  return shown;
}

Result<void> confirm(Workspace& workspace, const Grant& grant,
                     const std::vector<Account>& accounts) {
  const auto stored = record_retrieval(workspace, accounts);
  if (!stored) {
    return fail(stored.error().code,
                fmt::format("the credential was shown, but that could not be recorded: {}",
                            stored.error().message),
                "keep it: it counts as perhaps seen, and may be retrieved again in a minute");
  }
  if (stored->clock == EndClock::retrieve_by) {
    return fail(Errc::expired,
                fmt::format("the credential was shown, but grant {} ends now: {}", grant.id.str(),
                            describe(stored->clock, grant)),
                kAskForAnother);
  }
  return {};
}

/// What is to be shown, and the rows it is claimed in.
struct Claimed {
  ShownGrant shown;
  std::vector<Account> accounts;
};

/// To the second: who is shown it is told an end that is not later than the one that counts.
Timestamp end_if_retrieved(GrantWithAccounts found, Timestamp now) {
  for (Account& account : found.accounts) {
    account.retrieval.retrieved_at = std::min(account.retrieval.retrieved_at.value_or(now), now);
  }
  return counting_end(found.grant, found.accounts).at;
}

Result<Claimed> open_credentials(Workspace& workspace, const GrantWithAccounts& found,
                                 const std::optional<TargetName>& only) {
  SP_ASSIGN(std::vector<Account> accounts, accounts_to_show(found, only));
  const Timestamp now = workspace.clock.now();
  Claimed claimed{{found.grant, {}, std::nullopt, end_if_retrieved(found, now)},
                  std::move(accounts)};
  SP_TRY(check_made(found));
  for (const Account& account : claimed.accounts) {
    SP_TRY(check_showable(found, account, now));
    if (account.retrieval.claimed_at) {
      claimed.shown.interrupted = account.retrieval;
    }
  }
  SP_TRY(require_newest(workspace, found));
  SP_TRY(workspace.vault.unlock());
  for (const Account& account : claimed.accounts) {
    SP_ASSIGN(ShownCredential credential, open_credential(workspace, account));
    claimed.shown.credentials.push_back(std::move(credential));
  }
  return claimed;
}

/// Has somebody changed the records while they were looked at, as a rotation does that wraps the keys anew?
bool was_changed(Workspace& workspace, const GrantWithAccounts& found) {
  const auto stored = workspace.store.grant(found.grant.id);
  const auto is_same = [](const Account& a, const Account& b) { return a.version == b.version; };
  return stored && (stored->grant.version != found.grant.version ||
                    !std::equal(found.accounts.begin(), found.accounts.end(),
                                stored->accounts.begin(), stored->accounts.end(), is_same));
}

/// Looks again when somebody has changed the rows: a rotation, which nobody need notice, or somebody
/// of whom the second look tells.
Result<Claimed> open_and_claim(Workspace& workspace, const GrantId& id,
                               const std::optional<TargetName>& only) {
  for (int attempt = 1;; ++attempt) {
    SP_ASSIGN(const GrantWithAccounts found, workspace.store.grant(id));
    SP_TRY(require_authentic(workspace, found));
    auto opened = open_credentials(workspace, found, only);
    const bool may_try_again = attempt < kCommitAttempts;
    const bool may_be_overtaken = !opened && (opened.error().code == Errc::undecryptable ||
                                              opened.error().code == Errc::corrupt);
    if (may_be_overtaken && may_try_again && was_changed(workspace, found)) {
      continue;
    }
    SP_ASSIGN(Claimed claimed, std::move(opened));
    const auto stored = record_claim(workspace, claimed.accounts);
    if (stored) {
      return claimed;
    }
    if (stored.error().code != Errc::conflict) {
      return fail(stored.error());
    }
    if (!may_try_again) {
      return fail(Errc::conflict,
                  fmt::format("grant {} was changed by somebody else just now", id.str()),
                  "look at it with `stagepass show " + id.str() + "`");
    }
  }
}

}  // namespace

Result<void> GrantService::retrieve(const GrantId& id, const std::optional<TargetName>& only,
                                    const std::function<Result<void>(const ShownGrant&)>& show) {
  SP_ASSIGN(Claimed claimed, open_and_claim(*workspace_, id, only));
  const Grant& grant = claimed.shown.grant;
  // Nothing is shown before the claim cannot be undone unnoticed by an older copy of the records.
  auto seen = keep_checkpoint(*workspace_);
  if (seen) {
    seen = show(claimed.shown);
  }
  if (!seen) {
    SP_TRY(record_release(*workspace_, claimed.accounts, seen.error()));
    return seen;
  }
  return confirm(*workspace_, grant, claimed.accounts);
}

}  // namespace stagepass::service
