#pragma once

#include <stagepass/ports/progress.hpp>
#include <stagepass/service/account_ender.hpp>
#include <stagepass/service/workspace.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace stagepass::service {

struct PurgeReport {
  std::vector<AccountOutcome> accounts;  ///< every attempt of this run
  Overdue overdue;                       ///< what is left: must be zero
  std::optional<Error> problem;          ///< a record that could not be worked with
};

struct SchedulerOptions {
  std::size_t lanes = 8;  ///< targets worked on at the same time
  Ttl run_limit = std::chrono::minutes(10);
};

/// Ends everything that is due and retries what failed, for ever.
///
/// Guarantees: one lane per target, so a dead target never holds up another; within a lane the
/// longest due first; a target that does not answer is left until the next run; two schedulers on
/// one vault never work on the same account.
/// Threads: `run_due` blocks and uses its own threads; `run` until `stop`.
/// Units: due times are UTC; `run_limit` on the injected clock.
/// Failure: errors of targets are in the report, and so is a damaged record, which stops no other
/// target; an Error is about the store.
/// Secrets: none; works while a passphrase vault is locked.
/// Based on: abseil's simulated clock (waiting is part of the clock); reliability.md 2.2 for the
/// retries.
class ExpiryScheduler final {
 public:
  /// `workspace` must outlive this object.
  ExpiryScheduler(Workspace& workspace, SchedulerOptions options)
      : workspace_(&workspace), options_(options) {}

  /// One run. `stop` lets the step at hand finish and begins nothing new.
  [[nodiscard]] Result<PurgeReport> run_due(Progress& progress, const std::stop_token& stop);

  /// What a run would take on now, longest due first.
  [[nodiscard]] Result<std::vector<Account>> preview(std::size_t limit);

  /// Runs for ever: whenever something is due, and told of every run that did or left something.
  /// Ends when `stop` is requested. A store that is unavailable for a while is waited for, and told
  /// of through `on_error`.
  void run(const std::stop_token& stop, const std::function<void(const PurgeReport&)>& on_run,
           const std::function<void(const Error&)>& on_error);

 private:
  /// A target that did not answer is left alone for a while.
  struct Pause {
    std::int64_t failures = 0;
    Timestamp until;
  };
  struct Run;

  [[nodiscard]] bool is_paused(const TargetName& target, Timestamp now) const;
  void run_lane(const TargetName& target, Run& run);
  void note_answer(const TargetName& target, const AccountOutcome& outcome);

  Workspace* workspace_;
  SchedulerOptions options_;
  mutable std::mutex pauses_mutex_;
  std::map<TargetName, Pause> pauses_;
};

}  // namespace stagepass::service
