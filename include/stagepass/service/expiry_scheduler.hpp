#pragma once

#include <stagepass/ports/progress.hpp>
#include <stagepass/service/account_ender.hpp>
#include <stagepass/service/key_rotation.hpp>
#include <stagepass/service/target_audit.hpp>
#include <stagepass/service/workspace.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace stagepass::service {

struct PurgeReport {
  ClockVerdict clock;                    ///< what the machine's clock was worth in this run
  std::vector<AccountOutcome> accounts;  ///< every attempt of this run
  /// Targets that were compared with the records, and what came of it.
  std::vector<std::pair<TargetName, Result<TargetAudit>>> audits;
  /// A rotation of the keys, if one was due, or why it was not done.
  std::optional<Result<Rotation>> rotation;
  Overdue overdue;               ///< what is left: must be zero
  std::optional<Error> problem;  ///< a record that could not be worked with
  /// The database or the audit log is not whole, or no checkpoint could be kept.
  std::optional<Error> vault_problem;
};

struct SchedulerOptions {
  std::size_t lanes = 16;  ///< accounts worked on at the same time, on all targets together
  Ttl run_limit = std::chrono::minutes(10);        ///< nothing new is begun after it
  std::optional<Ttl> audit_every = kAuditEvery;    ///< nothing: targets are not compared
  std::optional<Ttl> rotate_every = kRotateEvery;  ///< nothing: the keys are not rotated
};

/// Ends everything that is due and retries what failed, for ever.
///
/// Guarantees: lanes of its own for each target, as many as its setting `connections` says, so a
/// dead target never holds up another; the longest due first; a target that does not answer is left
/// until the next run, and once it answers again what was put off there is taken up at once; two
/// schedulers on one vault never work on the same account.
/// Threads: `run_due` blocks and uses its own threads; `run` until `stop`.
/// Units: due times are UTC; `run_limit` on the injected clock.
/// Time: runs by the vault's clock, which never goes back; a clock that was stepped is told of
/// before anything is ended.
/// Failure: errors of targets are in the report, and so are a damaged record, which stops no other
/// target, and a rotation of the keys that failed; an Error is about the store.
/// Secrets: none but those of a rotation; works while a passphrase vault is locked.
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

  /// Who listens to a scheduler that runs for ever.
  class Listener : public Progress {
   public:
    virtual void ran(const PurgeReport& report) = 0;
    virtual void failed(const Error& error) = 0;
  };

  /// Runs for ever: whenever something is due, and tells of every run. Ends when `stop` is
  /// requested. A store that is unavailable for a while is waited for; one that cannot make a
  /// write durable ends the run with that error.
  [[nodiscard]] Result<void> run(const std::stop_token& stop, Listener& listener);

 private:
  /// A target that did not answer is left alone for a while.
  struct Pause {
    std::int64_t failures = 0;
    Timestamp until;
  };
  struct Run;

  [[nodiscard]] bool is_paused(const TargetName& target, Timestamp now) const;
  using Lane = std::function<void()>;

  [[nodiscard]] std::vector<Lane> ending_lanes(const std::vector<TargetName>& due, Run& run);
  [[nodiscard]] std::vector<Lane> audit_lanes(Run& run);
  void run_lane(const TargetName& target, Run& run);
  void run_audit(const TargetName& target, Run& run);
  void look_at_vault_now_and_then(Run& run);
  void find_hidden_accounts(Run& run);
  void rotate_keys(Run& run);
  void take_up_again(const TargetName& target, Run& run);
  void note_answer(const TargetName& target, const AccountOutcome& outcome);

  Workspace* workspace_;
  SchedulerOptions options_;
  mutable std::mutex pauses_mutex_;
  std::map<TargetName, Pause> pauses_;
};

}  // namespace stagepass::service
