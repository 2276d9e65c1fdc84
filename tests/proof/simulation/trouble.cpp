// What befalls the targets and the machine in a month.
#include "simulation/month.hpp"

#include <fmt/format.h>

#include <array>
#include <support/results.hpp>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;

}  // namespace

void Month::plan_trouble() {
  for (const TargetName& target : targets_) {
    plan(dice_.between(1h, Days(20)), [this, name = target.str()] { spoil(name); });
  }
  if (dice_.percent(50)) {
    plan(dice_.between(1h, Days(5)), [this] { step_clock(); });
  }
  if (dice_.percent(50)) {
    plan(dice_.between(1h, kLength), [this] { power_off(); });
  }
  if (dice_.percent(50)) {
    plan(dice_.between(1h, kLength), [this] { sleep(); });
  }
  if (dice_.percent(20)) {  // a leap second: the wall clock shows one second twice
    plan(dice_.between(1h, kLength), [this] { machine_.step_wall(-1s); });
  }
}

/// One spell of bad weather, or a target that comes and goes for a while.
void Month::spoil(const std::string& target) {
  Weather& weather = site_.weather[target];
  Elapsed spell = dice_.spread(2min, Days(2));
  switch (dice_.below(7)) {
    case 0:
      weather.down = true;
      spell = dice_.spread(2min, Days(10));
      break;
    case 1:
      weather.slow = true;
      break;
    case 2:
      weather.fails = 50;
      break;
    case 3:
      weather.loses = 40;
      break;
    case 4:
      weather.lies = 60;
      break;
    case 5:
      weather.repeats = 60;
      break;
    default:
      weather.down = true;
      spell = dice_.between(10s, 5min);
      break;
  }
  ++report_.outages;
  site_.tell("bad weather on " + target);
  const Elapsed now = machine_.true_now();
  machine_.at(now + spell, Machine::Kind::world, [this, target] { clear(target); });
  machine_.at(now + spell + dice_.spread(1min, Days(20)), Machine::Kind::world, [this, target] {
    if (!is_healed_) {
      spoil(target);
    }
  });
}

void Month::clear(const std::string& target) {
  const bool is_sabotaged = site_.weather[target].is_sabotaged;
  site_.weather[target] = Weather{.is_sabotaged = is_sabotaged};
  ledger_.note_trouble(target);
  site_.tell("good weather on " + target);
}

/// The wall clock is set wrong, and some time later right again.
void Month::step_clock() {
  if (is_healed_) {
    return;
  }
  constexpr std::array<Elapsed, 8> kSteps = {1s,  30s,     5min,      1h,
                                             12h, Days(1), Days(400), Days(3652)};
  const Elapsed size = kSteps.at(dice_.below(kSteps.size()));
  machine_.step_wall(dice_.percent(60) ? -size : size);
  ++report_.clock_steps;
  site_.tell(
      fmt::format("the wall clock is stepped, its error is {} s now", machine_.wall_error() / 1s));
  plan(dice_.spread(1min, Days(4)), [this] {
    machine_.set_wall_right();
    ledger_.reckon_anew();
  });
  plan(dice_.between(1h, Days(5)), [this] { step_clock(); });
}

/// What the vault cannot know of the time that has passed meanwhile is no broken promise.
void Month::power_off() {
  if (is_healed_) {
    return;
  }
  site_.tell("the power goes");
  const Timestamp vault_before = ledger_.vault_time();
  const Elapsed before = machine_.true_now();
  site_.kill_all();
  machine_.pass_frozen(dice_.spread(2min, 12h));
  machine_.reboot();
  const Elapsed passed = machine_.true_now() - before;
  const Elapsed known = ledger_.vault_time() - vault_before;
  if (known < passed) {
    ledger_.add_clock_debt(passed - known + 2s);
  }
  site_.note_trouble(machine_.true_now());
  ++report_.reboots;
}

void Month::sleep() {
  if (is_healed_) {
    return;
  }
  site_.tell("the machine sleeps");
  machine_.pass_frozen(dice_.spread(5min, Days(3)));
  site_.note_trouble(machine_.true_now());
  ++report_.reboots;
}

}  // namespace stagepass::proof
