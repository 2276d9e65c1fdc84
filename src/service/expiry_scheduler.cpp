#include "service/lanes.hpp"

#include <stagepass/service/expiry_scheduler.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

constexpr Ttl kShortestNap = std::chrono::seconds(1);
/// Other processes add and end grants: look at the store this often.
constexpr Ttl kLongestNap = std::chrono::seconds(5);
constexpr Ttl kLongestPause = std::chrono::seconds(60);
constexpr std::int64_t kMostDoublings = 6;

}  // namespace

/// What the lanes of one run share.
struct ExpiryScheduler::Run {
  Progress& progress;
  std::stop_token stop;
  Timestamp stop_at;
  std::mutex mutex;
  PurgeReport report;
  std::optional<Error> store_error;

  void add(AccountOutcome outcome) {
    const std::lock_guard lock(mutex);
    report.accounts.push_back(std::move(outcome));
    progress.step(fmt::format("ending what is due, {} so far", report.accounts.size()));
  }
  /// A store that is out of reach ends the run; a record that is damaged ends its lane.
  void break_off(Error error) {
    const std::lock_guard lock(mutex);
    (error.code == Errc::unavailable ? store_error : report.problem) = std::move(error);
  }
  bool is_broken() {
    const std::lock_guard lock(mutex);
    return store_error.has_value();
  }
};

Result<PurgeReport> ExpiryScheduler::run_due(Progress& progress, const std::stop_token& stop) {
  const Timestamp now = workspace_->clock.now();
  SP_ASSIGN(const std::vector<TargetName> targets, workspace_->store.targets_with_due(now));
  Run run{progress, stop, now + options_.run_limit, {}, {}, {}};
  std::vector<std::function<void()>> lanes;
  for (const TargetName& target : targets) {
    if (!is_paused(target, now)) {
      lanes.emplace_back([this, target, &run] { run_lane(target, run); });
    }
  }
  run_in_lanes(std::move(lanes), options_.lanes);
  if (run.store_error) {
    return fail(*std::move(run.store_error));
  }
  SP_ASSIGN(run.report.overdue, workspace_->store.overdue(workspace_->clock.now()));
  return std::move(run.report);
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
    auto outcome =
        AccountEnder(*workspace_).end(**std::move(claimed), EndReason::expired, run.stop_at);
    if (!outcome) {
      if (outcome.error().code == Errc::conflict) {
        continue;  // a person ended or extended it in between: the store has the word
      }
      return run.break_off(std::move(outcome).error());
    }
    const bool answered = !outcome->problem || outcome->problem->code != Errc::unreachable;
    note_answer(target, *outcome);
    run.add(*std::move(outcome));
    if (!answered) {
      return;
    }
  }
}

bool ExpiryScheduler::is_paused(const TargetName& target, Timestamp now) const {
  const std::lock_guard lock(pauses_mutex_);
  const auto found = pauses_.find(target);
  return found != pauses_.end() && now < found->second.until;
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

void ExpiryScheduler::run(const std::stop_token& stop,
                          const std::function<void(const PurgeReport&)>& on_run,
                          const std::function<void(const Error&)>& on_error) {
  class Silent final : public Progress {
    void step(std::string_view /*text*/) override {}
    void count(std::size_t /*done*/, std::size_t /*total*/) override {}
  } silent;

  while (!stop.stop_requested()) {
    const auto report = run_due(silent, stop);
    report ? on_run(*report) : on_error(report.error());

    const Timestamp now = workspace_->clock.now();
    Timestamp wake = now + kLongestNap;
    if (const auto next = workspace_->store.next_due(); next && *next) {
      wake = std::clamp(**next, now + kShortestNap, wake);
    }
    workspace_->clock.wait_until(wake, stop);
  }
}

}  // namespace stagepass::service
