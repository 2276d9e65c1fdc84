#pragma once

#include <stagepass/core/clock_mark.hpp>
#include <stagepass/ports/store.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace stagepass::service {

/// The clock of a vault: the machine's, but it never goes back, whatever the wall clock is set to.
///
/// Guarantees: `now()` never decreases, neither here nor from one process to the next one that
/// calls `keep`; while the machine is up it also runs on when the wall clock is set back. So a life
/// is never lengthened.
/// Threads: all methods may be called from any thread.
/// Failure: as the store says; a stored mark that is damaged stops new grants, never the ending.
/// Based on: systemd-timesyncd, which keeps the latest time in a file; reliability.md 2.4.
class ClockGuard final : public Clock {
 public:
  /// Reads the mark of the vault. `machine` and `store` must outlive the guard.
  [[nodiscard]] static Result<std::unique_ptr<ClockGuard>> open(Clock& machine, Store& store);

  [[nodiscard]] Timestamp now() const override;
  /// The machine's clocks as they stand.
  [[nodiscard]] ClockReading read() const override { return machine_->read(); }
  Wake wait_until(Timestamp deadline, std::stop_token stop) override;

  /// The machine's clock against the stored mark; changes nothing.
  [[nodiscard]] ClockVerdict verdict() const;

  /// The same, after a look at what other processes have stored; keeps the stored mark at most a
  /// minute old, and notes a step in the audit log as `actor` saw it.
  [[nodiscard]] Result<ClockVerdict> keep(const std::string& actor);

  /// A person says that the wall clock is right now and was wrong before: the mark moves back to
  /// it. Errors: `conflict` while an account is open, for then a life would be lengthened.
  [[nodiscard]] Result<void> accept(const std::string& actor);

 private:
  ClockGuard(Clock& machine, Store& store) : machine_(&machine), store_(&store) {}
  [[nodiscard]] Result<void> load();

  // With the mutex held.
  [[nodiscard]] Timestamp look(const ClockReading& reading) const;
  [[nodiscard]] ClockVerdict verdict_on(const ClockReading& reading) const;
  [[nodiscard]] bool is_worth_keeping(const ClockMark& mark) const;

  Clock* machine_;
  Store* store_;
  mutable std::mutex mutex_;
  std::optional<ClockMark> stored_;
  bool is_damaged_ = false;                ///< what is stored is no time
  mutable std::optional<ClockMark> seen_;  ///< as `stored_`, but moves with every look
};

/// "the clock of this machine stands 2h behind what this vault has seen (…)", or of a jump forward;
/// nothing for a sound clock.
[[nodiscard]] std::optional<std::string> describe(const ClockVerdict& verdict);

}  // namespace stagepass::service
