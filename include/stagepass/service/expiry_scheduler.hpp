#pragma once

#include <stagepass/ports/progress.hpp>
#include <stagepass/service/account_ender.hpp>
#include <stagepass/service/workspace.hpp>

#include <functional>
#include <stop_token>
#include <vector>

namespace stagepass::service {

struct PurgeReport {
  std::vector<AccountOutcome> accounts;  ///< every attempt of this run
  Overdue overdue;                       ///< what is left: must be zero
  std::int64_t still_due = 0;  ///< not tried because time ran out or their target did not answer
};

struct SchedulerOptions {
  std::size_t lanes = 8;  ///< targets worked on at the same time
  Ttl run_limit = std::chrono::minutes(10);
};

/// Ends everything that is due and retries what failed, for ever.
///
/// Guarantees: one lane per target, so a dead target never holds up another; within a lane the
/// longest due first; a target that does not answer is left until the next run; two schedulers on
/// one vault never work on the same account. Threads: `run_due` blocks and uses its own threads;
/// `run` until `stop`. Units: due times are UTC; `run_limit` on the injected clock. Failure: errors
/// of targets are in the report; an Error is about the store. Secrets: none; works while a
/// passphrase vault is locked. Based on: abseil's simulated clock (waiting is part of the clock);
/// reliability.md 2.2 for the retries.
class ExpiryScheduler final {
 public:
  ExpiryScheduler(Workspace& workspace, SchedulerOptions options)
      : workspace_(&workspace), options_(options) {}

  /// One run. `stop` lets the step at hand finish and begins nothing new.
  [[nodiscard]] Result<PurgeReport> run_due(Progress& progress, std::stop_token stop);

  /// What a run would take on now, longest due first.
  [[nodiscard]] Result<std::vector<Account>> preview(std::size_t limit);

  /// Runs for ever: whenever something is due, and told of every run that did or left something.
  /// Ends when `stop` is requested. A store that is unavailable for a while is waited for, and told
  /// of through `on_error`.
  void run(std::stop_token stop, const std::function<void(const PurgeReport&)>& on_run,
           const std::function<void(const Error&)>& on_error);

 private:
  Workspace* workspace_;
  SchedulerOptions options_;
};

}  // namespace stagepass::service
