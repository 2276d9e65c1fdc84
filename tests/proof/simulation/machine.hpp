#pragma once

#include "simulation/dice.hpp"

#include <stagepass/core/clock.hpp>

#include <functional>
#include <map>
#include <string>

namespace stagepass::proof {

/// One computer and the world around it in virtual time. True time only runs forward, when somebody
/// waits; what the wall clock shows is another matter.
///
/// Whoever waits lets everything happen that is planned until then, also other processes, inside
/// his own wait: so processes interleave, in one thread and always in the same way. At most
/// `kDeepest` of them are on their way at the same time.
class Machine final {
 public:
  explicit Machine(Timestamp start) : start_(start) {}

  /// What happens by itself goes on while the machine is off; processes do not.
  enum class Kind { world, process };

  void at(Elapsed when, Kind kind, std::function<void()> what);

  /// Lets time pass until `until`; ends early once `cancelled` says so.
  void run_until(Elapsed until, const std::function<bool()>& cancelled);

  /// The machine sleeps or is off: only the world goes on.
  void pass_frozen(Elapsed time);

  void step_wall(Elapsed by) { set_wall_error(wall_error_ + by); }
  void set_wall_right() { set_wall_error(Elapsed::zero()); }
  void reboot();

  [[nodiscard]] Elapsed true_now() const { return true_; }
  [[nodiscard]] Elapsed wall_error() const { return wall_error_; }
  /// When the wall clock was last set, right or wrong.
  [[nodiscard]] Elapsed wall_set_at() const { return wall_set_at_; }
  [[nodiscard]] ClockReading read() const;
  /// When the next thing is planned; `latest` if that is sooner.
  [[nodiscard]] Elapsed next_event(Elapsed latest) const;

 private:
  static constexpr int kDeepest = 4;
  struct Event {
    Kind kind;
    std::function<void()> what;
  };
  using Plan = std::multimap<Elapsed, Event>;
  [[nodiscard]] Plan::iterator next_possible();
  void set_wall_error(Elapsed error) {
    wall_error_ = error;
    wall_set_at_ = true_;
  }

  Timestamp start_;
  Plan plan_;
  Elapsed true_{};
  Elapsed wall_error_{};
  Elapsed wall_set_at_{};
  Elapsed booted_at_ = -std::chrono::hours(1);
  int boots_ = 1;
  int depth_ = 0;
  bool frozen_ = false;
};

}  // namespace stagepass::proof
