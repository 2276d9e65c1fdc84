// What happens in a month when nothing goes wrong, and what people do by hand.
#include "simulation/month.hpp"

#include <fmt/format.h>

#include <support/results.hpp>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kStruckCommands = 40;  ///< percent

Ttl whole_seconds(Elapsed time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

}  // namespace

RandomFate Month::command_fate() {
  return {dice_, is_healed_ ? 0 : kStruckCommands, is_healed_};
}

void Month::grant() {
  if (is_healed_) {
    return;
  }
  std::vector<TargetName> targets;
  const std::size_t first = dice_.below(targets_.size());
  const std::size_t count = 1 + dice_.below(targets_.size());
  for (std::size_t i = 0; i < count; ++i) {
    targets.push_back(targets_[(first + i) % targets_.size()]);
  }
  const Ttl ttl =
      whole_seconds(dice_.percent(50) ? dice_.spread(2min, Days(14)) : dice_.between(1h, Days(14)));
  Clocks clocks;
  if (dice_.percent(30)) {
    clocks.retrieve_within = whole_seconds(dice_.spread(1min, ttl));
  }
  if (dice_.percent(25)) {
    clocks.work_time = whole_seconds(dice_.spread(1min, ttl));
  }
  RandomFate fate = command_fate();
  Promise& promise = people_.grant(fate, std::move(targets), ttl, clocks);
  ++report_.grants;
  plan_tick();
  if (promise.id) {
    plan_follow_ups(promise);
  }
}

void Month::plan_follow_ups(Promise& promise) {
  const Elapsed life = promise.ttl;
  const auto some_time = [&] { return dice_.between(1s, life); };
  if (dice_.percent(85)) {
    plan(some_time() / 4, [this, &promise] { retrieve(promise); });
  }
  if (dice_.percent(40)) {
    plan(some_time(), [this, &promise] { retrieve(promise); });
  }
  if (dice_.percent(30)) {
    plan(some_time(), [this, &promise] {
      RandomFate fate = command_fate();
      people_.extend(fate, promise, whole_seconds(dice_.spread(2min, Days(7))));
      plan_tick();
    });
  }
  if (dice_.percent(25)) {
    plan(some_time(), [this, &promise] {
      RandomFate fate = command_fate();
      people_.reissue(fate, promise);
      plan_tick();
    });
  }
  if (dice_.percent(35)) {
    plan(some_time(), [this, &promise] { end(promise, EndReason::finished); });
  }
  if (dice_.percent(15)) {
    plan(some_time(), [this, &promise] { end(promise, EndReason::revoked); });
  }
}

void Month::retrieve(Promise& promise) {
  const bool breaks = !is_healed_ && dice_.percent(10);
  RandomFate fate = command_fate();
  people_.retrieve(fate, promise, breaks ? People::Terminal::breaks : People::Terminal::works);
  plan_tick();
  ++report_.retrieves;
}

void Month::end(Promise& promise, EndReason reason) {
  RandomFate fate = command_fate();
  people_.end(fate, promise, reason);
  plan_tick();
}

/// Somebody works on a target by hand: deletes an account of ours, makes one of his own under its
/// name, or leaves something behind that is only cleared away later.
void Month::meddle() {
  if (is_healed_) {
    return;
  }
  std::vector<std::string> users;
  for (const auto& [user, life] : ledger_.lives()) {
    if (fakes_.world(life.target).has(user)) {
      users.push_back(user);
    }
  }
  if (!users.empty()) {
    const std::string user = users[dice_.below(users.size())];
    tests::FakeTarget& world = fakes_.world(ledger_.lives().at(user).target);
    const auto what = dice_.below(3);
    if (what < 2) {
      world.remove(user);
      ledger_.change_by_hand(user);
    }
    if (what == 1) {
      world.add_foreign(user);
    }
    if (what == 2) {
      world.set_residue(user, {"a crontab"});
      plan(dice_.spread(10min, Days(3)), [&world, user] { world.set_residue(user, {}); });
    }
    site_.tell(fmt::format("somebody meddles with {} ({})", user, what));
    ledger_.accept_foreign();
    ledger_.judge_now();
  }
  plan(dice_.between(1h, Days(10)), [this] { meddle(); });
}

}  // namespace stagepass::proof
