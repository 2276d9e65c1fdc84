#pragma once

#include "oracle/oracle.hpp"
#include "scenario.hpp"

#include <functional>
#include <string>
#include <vector>

namespace stagepass::proof {

/// What was broken, in words; nothing if all held.
using Objections = std::vector<Violation>;

/// How the struck command ended, and what it may have promised.
struct Struck {
  ProgramEnd end;
  Timestamp at;  ///< when it was over
};

/// What happens to the stage when a fault is over: the targets come back, the time to make accounts
/// and every lease passes, and purge runs as cron would until it has nothing to do.
class Recovery final {
 public:
  Recovery(const Template& origin, Stage stage) : origin_(&origin), stage_(std::move(stage)) {}

  /// Instead of the first purge: how it is struck in its turn.
  using RunPurge = std::function<ProgramEnd(const Program&)>;
  void strike_first_purge_with(RunPurge run) { strike_ = std::move(run); }

  /// Whether a new grant is made, retrieved and finished at the end, too.
  void live_a_life_at_the_end(bool yes) { lives_a_life_ = yes; }

  /// Recovers and lets the oracle judge everything.
  [[nodiscard]] Objections judge(const Struck& struck);

 private:
  void object(Invariant which, std::string what) {
    objections_.push_back({which, std::move(what)});
  }
  [[nodiscard]] bool has_vault(const Struck& struck);
  void search_secrets(const Struck& struck);
  void judge_at_once();
  void judge_ending(const Struck& struck);
  void bring_targets_back();
  void purge_until_done();
  void judge_records(const Struck& struck);
  void judge_grant(const GrantWithAccounts& grant, const Struck& struck);
  void judge_credentials(const GrantWithAccounts& grant, const Struck& struck);
  void judge_promise(const std::vector<GrantWithAccounts>& grants, const Struck& struck);
  [[nodiscard]] std::string name_or_nothing(const std::string& name) const;
  void purge_changes_nothing();
  void live_a_life();
  ProgramEnd run(const std::string& line);
  bool must(const std::string& line, std::string* printed = nullptr);

  const Template* origin_;
  Stage stage_;
  RunPurge strike_;
  bool lives_a_life_ = true;
  Timestamp now_;
  Objections objections_;
};

/// Everything that stands on the stage's targets. Throws if it cannot be read.
[[nodiscard]] Seen seen_on(const Stage& stage);

}  // namespace stagepass::proof
