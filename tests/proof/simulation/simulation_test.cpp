// The simulation itself, and whether it notices a product that breaks its promise.
#include "simulation/month.hpp"
#include "simulation/shared_time.hpp"
#include "simulation/week_down.hpp"

#include <algorithm>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <thread>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;

MonthReport live(std::uint64_t seed, Sabotage sabotage = Sabotage::none) {
  return Month({.seed = seed, .in_memory = true, .sabotage = sabotage}).live();
}

/// Does the oracle object to such a product within a few years?
bool is_noticed(Sabotage sabotage, Invariant invariant) {
  constexpr std::uint64_t kMonths = 36;
  for (std::uint64_t seed = 1; seed <= kMonths; ++seed) {
    const MonthReport report = live(seed, sabotage);
    if (std::any_of(report.violations.begin(), report.violations.end(),
                    [&](const Violation& each) { return each.which == invariant; })) {
      return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("no promise is broken in a few virtual months and much goes wrong") {
  MonthReport all;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    all.add(live(seed));
  }
  for (const Violation& violation : all.violations) {
    UNSCOPED_INFO(to_string(violation));
  }
  CHECK(all.violations.empty());
  CHECK(all.grants >= 5);
  CHECK(all.counters.crashes > 0);
  CHECK(all.counters.errors > 0);
  CHECK(all.outages > 0);
}

TEST_CASE("the same seed is the same month") {
  const MonthReport first = live(2);
  const MonthReport again = live(2);
  CHECK(first.counters.steps == again.counters.steps);
  CHECK(first.counters.operations == again.counters.operations);
  CHECK(first.purges == again.purges);
  CHECK(live(8).counters.steps != first.counters.steps);
}

TEST_CASE("a month is the same on a disk as in memory") {
  const MonthReport in_memory = live(3);
  const MonthReport on_disk = Month({.seed = 3}).live();
  CHECK(on_disk.violations.empty());
  CHECK(on_disk.counters.operations == in_memory.counters.operations);
}

TEST_CASE("the oracle notices targets that lie even in the proof") {
  CHECK(is_noticed(Sabotage::lying_target, Invariant::false_gone));
}

TEST_CASE("the oracle notices a store that forgets commits") {
  CHECK(is_noticed(Sabotage::forgetful_store, Invariant::lost));
}

TEST_CASE("the oracle notices a scheduler that gives up after six tries") {
  CHECK(is_noticed(Sabotage::gives_up, Invariant::overdue));
}

TEST_CASE("the oracle notices a vault that trusts the wall clock") {
  CHECK(is_noticed(Sabotage::trusts_the_clock, Invariant::overdue));
}

TEST_CASE("threads that sleep in virtual time sleep side by side") {
  SharedTime time{Timestamp()};
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i <= 4; ++i) {
      threads.emplace_back([&time, i] {
        for (int round = 0; round < 10; ++round) {
          time.sleep(i * 10ms);
        }
      });
    }
  }
  CHECK(time.passed() == 400ms);
}

TEST_CASE("a target that returns after a day is cleared over all its connections at once") {
  const WeekDownReport report =
      live_through_outage({.accounts = 300, .connections = 4, .outage = std::chrono::days(1)});
  for (const Violation& violation : report.violations) {
    UNSCOPED_INFO(to_string(violation));
  }
  CHECK(report.violations.empty());
  CHECK(report.gone == 300);
  CHECK(report.most_connections == 4);
  CHECK(report.attempts_while_down > 0);
}

TEST_CASE("the check of a dead target notices that one connection is too slow") {
  const WeekDownReport report = live_through_outage({.accounts = 300,
                                                     .connections = 1,
                                                     .outage = std::chrono::hours(6),
                                                     .operation = std::chrono::seconds(1)});
  CHECK_FALSE(report.violations.empty());
}

}  // namespace stagepass::proof
