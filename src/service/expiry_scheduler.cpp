#include "service/lanes.hpp"
#include "service/records.hpp"

#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/expiry_scheduler.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace stagepass::service {
namespace {

constexpr Ttl kShortestNap = std::chrono::seconds(1);
/// Other processes add and end grants: look at the store this often.
constexpr Ttl kLongestNap = std::chrono::seconds(5);
constexpr Ttl kLongestPause = std::chrono::seconds(60);
constexpr std::int64_t kMostDoublings = 6;
constexpr Ttl kLongestAudit = std::chrono::minutes(5);
/// Others may have looked at the clock a moment later than we have: what they leased or put off since
/// is right.
constexpr Ttl kSlack = std::chrono::minutes(1);

}  // namespace

/// What the lanes of one run share.
struct ExpiryScheduler::Run {
  Progress& progress;
  std::stop_token stop;
  Timestamp stop_at;
  std::mutex mutex;
  PurgeReport report;
  std::optional<Error> store_error;
  std::set<TargetName> answered;
  std::set<TargetName> suspects;  ///< with a record that somebody else has changed

  void add(AccountOutcome outcome) {
    const std::lock_guard lock(mutex);
    report.accounts.push_back(std::move(outcome));
    progress.step(fmt::format("ending what is due, {} so far", report.accounts.size()));
  }
  /// A store that is out of reach ends the run; a record that is damaged ends its lane.
  void break_off(Error error) {
    const std::lock_guard lock(mutex);
    (is_of_store(error) ? store_error : report.problem) = std::move(error);
  }
  void suspect(const TargetName& target) {
    const std::lock_guard lock(mutex);
    suspects.insert(target);
  }
  /// Between the lanes. The first says most.
  void add_vault_problem(Error error) {
    if (!report.vault_problem) {
      report.vault_problem = std::move(error);
    }
  }
  bool is_first_answer(const TargetName& target) {
    const std::lock_guard lock(mutex);
    return answered.insert(target).second;
  }
  bool is_broken() {
    const std::lock_guard lock(mutex);
    return store_error.has_value();
  }
};

Result<PurgeReport> ExpiryScheduler::run_due(Progress& progress, const std::stop_token& stop) {
  SP_ASSIGN(const ClockVerdict clock, workspace_->clock.keep(workspace_->actor));
  const Timestamp now = clock.now;
  // What a clock that was wrong for a moment has put off for years would never be tried again.
  SP_TRY(workspace_->store.mend_times(
      {.now = now,
       .lease = now + kLease + kSlack,
       .retry = now + kLongestRetryDelay + kSlack,
       .plan = now + kCreateLimit + kSlack,
       .audit = options_.audit_every ? now + std::max(*options_.audit_every, kAuditEvery) + kSlack
                                     : kEndOfTime}));
  SP_ASSIGN(const std::vector<TargetName> targets, workspace_->store.targets_with_due(now));
  if (const auto step = describe(clock)) {
    progress.warn(*step + (targets.empty() ? "" : "; what is past its end by that is ended now"));
  }
  Run run{progress, stop, now + options_.run_limit, {}, {}, {}, {}};
  run.report.clock = clock;
  run_in_lanes(ending_lanes(targets, run), options_.lanes);
  run_in_lanes(audit_lanes(run), options_.lanes);
  look_at_vault_now_and_then(run);
  rotate_keys(run);
  if (run.store_error) {
    return fail(*std::move(run.store_error));
  }
  SP_ASSIGN(run.report.overdue, workspace_->store.overdue(workspace_->clock.now()));
  return std::move(run.report);
}

/// By turns, first a lane for every target, then their second ones: no target takes the threads of
/// another.
std::vector<ExpiryScheduler::Lane> ExpiryScheduler::ending_lanes(const std::vector<TargetName>& due,
                                                                 Run& run) {
  const Timestamp now = workspace_->clock.now();
  std::vector<std::pair<TargetName, std::size_t>> open;
  for (const TargetName& name : due) {
    if (!is_paused(name, now)) {
      const auto target = workspace_->store.target(name);
      open.emplace_back(name, target ? connections_of(*target).value_or(1) : 1);
    }
  }
  const std::size_t most = std::max<std::size_t>(options_.lanes / 2, 1);
  std::vector<Lane> lanes;
  for (std::size_t connection = 0; connection < most; ++connection) {
    for (const auto& [name, connections] : open) {
      if (connection < connections) {
        lanes.emplace_back([this, target = name, &run] { run_lane(target, run); });
      }
    }
  }
  return lanes;
}

/// After all that was due, so that no target sees more connections than it allows.
std::vector<ExpiryScheduler::Lane> ExpiryScheduler::audit_lanes(Run& run) {
  std::vector<Lane> lanes;
  const Timestamp now = workspace_->clock.now();
  if (!options_.audit_every || run.is_broken() || now >= run.stop_at) {
    return lanes;
  }
  auto targets = workspace_->store.targets_to_audit(now);
  if (!targets) {
    run.break_off(std::move(targets).error());
    return lanes;
  }
  for (const TargetName& name : *targets) {
    run.suspects.erase(name);
  }
  targets->insert(targets->end(), run.suspects.begin(), run.suspects.end());
  for (const TargetName& name : *targets) {
    if (!is_paused(name, now)) {
      lanes.emplace_back([this, name, &run] { run_audit(name, run); });
    }
  }
  return lanes;
}

/// Each command looks at the end of the log only, and finds accounts by the indexes of the database. When targets
/// are compared, once a day, all of both is read.
void ExpiryScheduler::look_at_vault_now_and_then(Run& run) {
  if (run.report.audits.empty() || run.is_broken()) {
    return;
  }
  if (auto verified = verify_log(*workspace_, run.progress); !verified) {
    run.add_vault_problem(std::move(verified).error());
  }
  find_hidden_accounts(run);
}

/// Records are vouched for, what finds them is not.
void ExpiryScheduler::find_hidden_accounts(Run& run) {
  const auto mended = workspace_->store.mend_indexes();
  if (!mended) {
    is_of_store(mended.error()) ? run.break_off(mended.error())
                                : run.add_vault_problem(mended.error());
    return;
  }
  if (!*mended) {
    return;
  }
  run.add_vault_problem({Errc::corrupt,
                         "the vault database did not find all of its records; it does again",
                         "a disk fails, or somebody else has written the file: look at `stagepass "
                         "list` and `stagepass recover`"});
  const auto targets = workspace_->store.targets_with_due(workspace_->clock.now());
  if (!targets) {
    return run.break_off(targets.error());
  }
  run_in_lanes(ending_lanes(*targets, run), options_.lanes);
}

void ExpiryScheduler::run_audit(const TargetName& target, Run& run) {
  if (run.stop.stop_requested() || run.is_broken()) {
    return;
  }
  const Timestamp stop_at = std::min(run.stop_at, workspace_->clock.now() + kLongestAudit);
  auto audit = audit_target(*workspace_, target, {stop_at, *options_.audit_every, run.stop});
  if (!audit && is_of_store(audit.error())) {
    return run.break_off(std::move(audit).error());
  }
  if (audit) {
    take_up_again(target, run);  // by the next run, for this one has done with that target
  }
  const std::lock_guard lock(run.mutex);
  run.report.audits.emplace_back(target, std::move(audit));
}

/// Last, for what is due does not wait for it; and it stops nothing when it fails.
void ExpiryScheduler::rotate_keys(Run& run) {
  if (!options_.rotate_every || run.stop.stop_requested() || run.is_broken()) {
    return;
  }
  auto rotated = rotate_keys_if_due(*workspace_, *options_.rotate_every);
  if (!rotated) {
    run.report.rotation = fail(std::move(rotated).error());
  } else if (*rotated) {
    run.report.rotation = **rotated;
  }
}

/// What was put off while the target was out of reach would wait for up to a quarter of an hour
/// more.
void ExpiryScheduler::take_up_again(const TargetName& target, Run& run) {
  if (!run.is_first_answer(target)) {
    return;
  }
  auto moved = workspace_->store.bring_forward(target, workspace_->clock.now());
  if (!moved) {
    run.break_off(std::move(moved).error());
  }
}

void ExpiryScheduler::run_lane(const TargetName& target, Run& run) {
  while (!run.stop.stop_requested() && !run.is_broken()) {
    const Timestamp now = workspace_->clock.now();
    if (now >= run.stop_at) {
      return;
    }
    auto claimed = workspace_->store.claim_due(target, now, now + kLease);
    if (!claimed) {
      return run.break_off(std::move(claimed).error());
    }
    if (!*claimed) {
      return;
    }
    auto outcome = AccountEnder(*workspace_).end(**std::move(claimed), EndReason::expired);
    if (!outcome) {
      if (outcome.error().code == Errc::conflict) {
        continue;  // a person ended or extended it in between: the store has the word
      }
      return run.break_off(std::move(outcome).error());
    }
    const bool answered = !outcome->problem || outcome->problem->code != Errc::unreachable;
    const bool is_gone = !outcome->problem;
    if (!is_gone && outcome->problem->code == Errc::corrupt) {
      run.suspect(target);  // what is ours there is told by its mark
    }
    note_answer(target, *outcome);
    run.add(*std::move(outcome));
    if (!answered) {
      return;
    }
    if (is_gone) {
      take_up_again(target, run);
    }
  }
}

/// One that would last longer than any was reckoned by a clock that has been set right since.
bool ExpiryScheduler::is_paused(const TargetName& target, Timestamp now) const {
  const std::lock_guard lock(pauses_mutex_);
  const auto found = pauses_.find(target);
  return found != pauses_.end() && now < found->second.until &&
         found->second.until <= now + kLongestPause;
}

void ExpiryScheduler::note_answer(const TargetName& target, const AccountOutcome& outcome) {
  const std::lock_guard lock(pauses_mutex_);
  if (!outcome.problem || outcome.problem->code != Errc::unreachable) {
    pauses_.erase(target);
    return;
  }
  Pause& pause = pauses_[target];
  const auto doublings = std::min(pause.failures++, kMostDoublings);
  pause.until =
      workspace_->clock.now() + std::min<Ttl>(Ttl(std::int64_t{1} << doublings), kLongestPause);
}

Result<std::vector<Account>> ExpiryScheduler::preview(std::size_t limit) {
  return workspace_->store.due(workspace_->clock.now(), limit);
}

Result<void> ExpiryScheduler::run(const std::stop_token& stop, Listener& listener) {
  while (!stop.stop_requested()) {
    auto report = run_due(listener, stop);
    if (!report && report.error().code == Errc::not_durable) {
      return fail(report.error());
    }
    if (const auto kept = keep_checkpoint(*workspace_); report && !kept) {
      report->vault_problem = kept.error();
    }
    report ? listener.ran(*report) : listener.failed(report.error());

    const Timestamp now = workspace_->clock.now();
    Timestamp wake = now + kLongestNap;
    if (const auto next = workspace_->store.next_due(); next && *next) {
      wake = std::clamp(**next, now + kShortestNap, wake);
    }
    workspace_->clock.wait_until(wake, stop);
  }
  return {};
}

}  // namespace stagepass::service
