#pragma once

#include "simulation/machine.hpp"

#include <stagepass/service/workspace.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <support/fake_driver.hpp>

namespace stagepass::proof {

/// What strikes a process at one of its steps.
enum class Fault {
  none,
  crash_before,
  crash_after,
  error,       ///< the step fails and changes nothing
  lost_reply,  ///< the step works, and the process hears of an error
  repeated,    ///< the step arrives twice, and the second answer is heard
  late,        ///< the step arrives once more, half a minute later
  stopped      ///< the process stands still for a while before the step
};

/// Decides at every step of a process: a commit or claim in the store, or an operation on a target.
class Fate {
 public:
  virtual ~Fate() = default;
  virtual Fault at(const std::string& step) = 0;
  /// How long a process stands still that is stopped.
  virtual Elapsed stop() = 0;
};

/// A fate in which all goes well.
class KindFate final : public Fate {
 public:
  Fault at(const std::string& /*step*/) override { return Fault::none; }
  Elapsed stop() override { return Elapsed::zero(); }
};

/// How a target behaves at the moment.
struct Weather {
  bool down = false;
  bool is_sabotaged = false;  ///< lies about everything, even in the proof: for self-checks
  bool slow = false;          ///< operations take up to 70 seconds
  unsigned fails = 0;         ///< percent of operations that fail and change nothing
  unsigned loses = 0;         ///< percent of operations that work and whose reply is lost
  unsigned lies = 0;          ///< percent of operations that say they worked and change nothing
  unsigned repeats = 0;       ///< percent of operations that arrive again within a minute

  [[nodiscard]] bool is_bad() const { return down || slow || fails + loses + lies + repeats > 0; }
};

struct Counters {
  std::uint64_t steps = 0;
  std::uint64_t operations = 0;
  std::uint64_t crashes = 0;
  std::uint64_t stops = 0;
  std::uint64_t errors = 0;
  std::uint64_t lost_replies = 0;
  std::uint64_t lies = 0;
  std::uint64_t repeats = 0;
};

/// What all processes of one installation share: the machine, the disk and the targets.
struct Site {
  Machine& machine;
  Store& disk;
  vault::Vault& vault;
  tests::FakeDriverFactory& fakes;
  Random& random;
  Dice& dice;
  std::map<std::string, Weather> weather;
  Counters counters;
  Elapsed last_trouble{};  ///< when a process was last struck, or until when one stands still
  std::set<std::string> reissued;  ///< users who were given other credentials, or nearly
  /// Told of every account that reaches a target, before it does: target and reference.
  std::function<void(const std::string&, const AccountRef&)> on_create;
  /// Told whenever a create arrives, however long it was on its way.
  std::function<void(const std::string&, const AccountRef&)> on_create_arrives;
  /// How long an order is held up on its way; half a minute if nothing is said.
  std::function<Elapsed()> late_delay;
  std::function<void(const std::string&)> on_tell;  ///< for a person who replays a case
  bool is_healed = false;                           ///< nothing is on its way any more
  std::set<class Process*> processes;

  void note_trouble(Elapsed until) { last_trouble = std::max(last_trouble, until); }
  /// What happens, for whoever wants to know.
  void tell(const std::string& what) const;

  /// The power goes: whoever is on his way dies.
  void kill_all();
};

/// One run of stagepass: the real services on a store and on targets at which faults strike.
///
/// A dead process goes on running until it has noticed, but the world does not listen any more: its
/// calls change nothing, and no time passes for it.
class Process final {
 public:
  Process(Site& site, Fate& fate);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process(Process&&) = delete;
  Process& operator=(Process&&) = delete;
  ~Process();

  [[nodiscard]] service::Workspace& workspace() { return *workspace_; }
  [[nodiscard]] bool is_dead() const { return is_dead_; }
  /// Something struck this process, so that it may well have failed.
  [[nodiscard]] bool was_struck() const { return was_struck_; }

  /// It has nothing to do at the moment.
  [[nodiscard]] bool is_waiting() const { return is_waiting_; }

  void die();
  void note_fault() { was_struck_ = true; }
  /// Lets time pass for this process; false if it died meanwhile.
  bool spend(Elapsed time);
  /// The fault that strikes at this step; crashes before it and stops have happened already.
  Fault begin_step(const std::string& step);
  /// Other processes may use this wait to say when it is worth waking up.
  void on_wait(std::function<Elapsed(Elapsed)> wake) { wake_ = std::move(wake); }

  void on_death(std::function<void()> told) { on_death_ = std::move(told); }

  Site& site() { return *site_; }

 private:
  friend class ProcessClock;

  Site* site_;
  Fate* fate_;
  bool is_dead_ = false;
  bool was_struck_ = false;
  bool is_waiting_ = false;
  std::function<Elapsed(Elapsed)> wake_;
  std::function<void()> on_death_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<DriverFactory> drivers_;
  std::unique_ptr<service::ClockGuard> guard_;
  std::unique_ptr<service::Workspace> workspace_;
};

[[nodiscard]] Error error_of_the_dead();

/// The store as a process sees it: faults strike at every write.
[[nodiscard]] std::unique_ptr<Store> make_struck_store(Process& process);

/// The targets as a process sees them: faults strike, and the weather counts.
[[nodiscard]] std::unique_ptr<DriverFactory> make_struck_drivers(Process& process);

}  // namespace stagepass::proof
