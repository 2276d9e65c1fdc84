#pragma once

#include "grant_history.hpp"
#include "oracle/oracle.hpp"

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <support/temp_dir.hpp>
#include <thread>
#include <vector>

namespace stagepass::proof {

struct Programs {
  std::filesystem::path stagepass;    ///< with the clock that a test moves
  std::filesystem::path fake_target;  ///< see tests/support/fake_target.cpp
};

/// One run of stagepass, as the history needs it.
struct Run {
  int exit_status = 0;
  std::string standard_output;
  std::string standard_error;
  Span when;
  Timestamp clock_before;
  Timestamp clock_after;
};

/// A vault with the targets "files" and "shop", foreign accounts on both, and a clock in a file.
///
/// Threads: `run`, `start` and the clock from any thread.
class CrowdStage final {
 public:
  explicit CrowdStage(Programs programs);

  [[nodiscard]] static const std::vector<std::string>& targets();

  /// stagepass --json WORDS. Throws if it cannot be run at all.
  [[nodiscard]] Run run(const std::vector<std::string>& words);
  /// The same for what goes on until its handle is gone.
  [[nodiscard]] std::unique_ptr<RunningCommand> start(const std::vector<std::string>& words);

  [[nodiscard]] Timestamp clock() const { return clock_in_force_.load(); }
  void set_clock(Timestamp to);

  /// The member of an account as the target has it; nothing if there is no such account.
  [[nodiscard]] std::optional<std::string> on_target(const std::string& target,
                                                     const std::string& user,
                                                     const std::string& member) const;
  /// Accounts of ours, as the targets show them.
  [[nodiscard]] std::vector<std::string> left_on_targets() const;
  /// What the oracle of all proofs objects to, when nobody works and nothing may be overdue.
  [[nodiscard]] std::vector<std::string> objections_of_the_oracle() const;
  /// A line "OPERATION USER" for each call of the target's program.
  [[nodiscard]] std::vector<std::string> calls(const std::string& target) const;
  /// Makes every target misbehave from now on; the knobs are those of the fake target.
  void set_knob(const std::string& knob) const;

 private:
  [[nodiscard]] Command command(const std::vector<std::string>& words) const;
  [[nodiscard]] std::filesystem::path state(const std::string& target) const;
  [[nodiscard]] Seen seen() const;
  void must_run(const std::vector<std::string>& words);

  tests::TempDir folder_;
  Programs programs_;
  system::PosixProcess process_;
  ForeignAccounts foreign_at_start_;
  std::atomic<Timestamp> clock_in_force_;
  std::atomic<Timestamp> clock_announced_;
};

/// Lets the clock of a stage run, twenty times as fast as ours, while it lives.
class RunningClock final {
 public:
  explicit RunningClock(CrowdStage& stage);

 private:
  std::jthread hand_;
};

}  // namespace stagepass::proof
