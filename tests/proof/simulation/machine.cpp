#include "simulation/machine.hpp"

#include <algorithm>
#include <utility>

namespace stagepass::proof {

void Machine::at(Elapsed when, Kind kind, std::function<void()> what) {
  plan_.emplace(when, Event{kind, std::move(what)});
}

Machine::Plan::iterator Machine::next_possible() {
  const bool processes_wait = frozen_ || depth_ > kDeepest;
  return std::find_if(plan_.begin(), plan_.end(), [&](const auto& entry) {
    return entry.second.kind == Kind::world || !processes_wait;
  });
}

void Machine::run_until(Elapsed until, const std::function<bool()>& cancelled) {
  ++depth_;
  while (!cancelled()) {
    const auto next = next_possible();
    if (next == plan_.end() || next->first > until) {
      break;
    }
    const auto event = plan_.extract(next);
    true_ = std::max(true_, event.key());
    event.mapped().what();
  }
  if (!cancelled()) {
    true_ = std::max(true_, until);
  }
  --depth_;
}

void Machine::pass_frozen(Elapsed time) {
  frozen_ = true;
  run_until(true_ + time, [] { return false; });
  frozen_ = false;
}

void Machine::reboot() {
  ++boots_;
  booted_at_ = true_;
}

ClockReading Machine::read() const {
  using std::chrono::floor;
  using std::chrono::seconds;
  return {.wall = start_ + floor<seconds>(true_ + wall_error_),
          .boot_id = "boot " + std::to_string(boots_),
          .since_boot = floor<seconds>(true_ - booted_at_)};
}

Elapsed Machine::next_event(Elapsed latest) const {
  return plan_.empty() ? latest : std::min(latest, plan_.begin()->first);
}

}  // namespace stagepass::proof
