#include "linearize.hpp"

#include <random>
#include <support/catch.hpp>

namespace stagepass::proof {
namespace {

using std::chrono::seconds;

constexpr Timestamp kNow{seconds(1'900'000'000)};
constexpr Timestamp kEnd = kNow + std::chrono::hours(1);

/// A step from `begin` to `end`, in seconds of the test.
Step step(Act act, int begin, int end) {
  return {.act = act,
          .when = {Moment(seconds(begin)), Moment(seconds(end))},
          .clock_before = kNow,
          .clock_after = kNow,
          .said = "step at " + std::to_string(begin),
          .expires_at = kEnd,
          .sight = {.expires_at = kEnd}};
}

Step sight(int begin, int end, Sight seen) {
  Step look = step(Act::looked_at, begin, end);
  seen.expires_at = kEnd;
  look.sight = seen;
  return look;
}

Step at_clock(Step step, Timestamp clock) {
  step.clock_before = clock;
  step.clock_after = clock;
  return step;
}

bool is_possible(const History& history) {
  return !find_contradiction(history);
}

}  // namespace

TEST_CASE("Linearize: the life of a grant one step after the other is possible", "[proof]") {
  CHECK(is_possible({}));
  CHECK(is_possible({step(Act::made, 0, 1), sight(2, 3, {}), step(Act::shown, 4, 5),
                     sight(6, 7, {.retrieved = true}), step(Act::refused_as_shown, 8, 9),
                     step(Act::moved_end, 10, 11), step(Act::ended_by_person, 12, 13),
                     step(Act::proven_gone, 12, 13), step(Act::refused_as_over, 14, 15),
                     sight(16, 17, {.ended = true, .gone = true, .retrieved = true})}));
}

TEST_CASE("Linearize: a second retrieve is refused whether it overlaps or not", "[proof]") {
  CHECK_FALSE(is_possible({step(Act::made, 0, 1), step(Act::shown, 2, 3), step(Act::shown, 4, 5)}));
  CHECK_FALSE(is_possible({step(Act::made, 0, 1), step(Act::shown, 2, 9), step(Act::shown, 4, 5)}));
  CHECK(is_possible(
      {step(Act::made, 0, 1), step(Act::shown, 2, 9), step(Act::shown_after_interruption, 4, 5)}));
}

TEST_CASE("Linearize: nothing succeeds on a grant after its end has returned", "[proof]") {
  for (const Act act : {Act::shown, Act::shown_after_interruption, Act::moved_end}) {
    CHECK_FALSE(
        is_possible({step(Act::made, 0, 1), step(Act::ended_by_person, 2, 3), step(act, 4, 5)}));
    CHECK(is_possible({step(Act::made, 0, 1), step(Act::ended_by_person, 2, 4), step(act, 3, 5)}));
  }
}

TEST_CASE("Linearize: an end that is uncertain may have happened or not but only in its time",
          "[proof]") {
  Step unsure = step(Act::ended_by_person, 2, 3);
  unsure.effect = Effect::possible;
  CHECK(is_possible({step(Act::made, 0, 1), unsure, step(Act::shown, 4, 5)}));
  CHECK(is_possible({step(Act::made, 0, 1), unsure, step(Act::refused_as_over, 4, 5)}));
  CHECK_FALSE(is_possible(
      {step(Act::made, 0, 1), unsure, step(Act::shown, 4, 5), step(Act::refused_as_over, 6, 7)}));
}

TEST_CASE("Linearize: a refusal needs its reason", "[proof]") {
  CHECK_FALSE(is_possible({step(Act::made, 0, 1), step(Act::refused_as_over, 2, 3)}));
  CHECK_FALSE(is_possible({step(Act::made, 0, 1), step(Act::refused_as_shown, 2, 3)}));
  CHECK_FALSE(is_possible(
      {step(Act::made, 0, 1), step(Act::refused_as_shown, 2, 3), step(Act::shown, 4, 5)}));
  CHECK(is_possible(
      {step(Act::made, 0, 1), step(Act::refused_as_shown, 2, 5), step(Act::shown, 3, 4)}));
}

TEST_CASE("Linearize: the clock decides at the very second", "[proof]") {
  const Step made = step(Act::made, 0, 1);
  CHECK(is_possible({made, at_clock(step(Act::shown, 2, 3), kEnd - seconds(1))}));
  CHECK_FALSE(is_possible({made, at_clock(step(Act::shown, 2, 3), kEnd)}));
  CHECK(is_possible({made, at_clock(step(Act::refused_as_over, 2, 3), kEnd)}));
  CHECK(is_possible({made, at_clock(step(Act::ended_by_purge, 2, 3), kEnd)}));
  CHECK_FALSE(is_possible({made, at_clock(step(Act::ended_by_purge, 2, 3), kEnd - seconds(1))}));
}

TEST_CASE("Linearize: what was seen cannot be unseen", "[proof]") {
  const Step made = step(Act::made, 0, 1);
  CHECK_FALSE(is_possible({made, step(Act::shown, 2, 3), sight(4, 5, {})}));
  CHECK(is_possible({made, step(Act::shown, 2, 3), sight(4, 5, {.claimed = true})}));
  CHECK_FALSE(is_possible({made, sight(2, 3, {.ended = true})}));
  CHECK_FALSE(is_possible(
      {made, step(Act::ended_by_person, 2, 9), sight(3, 4, {.ended = true}), sight(5, 6, {})}));
  CHECK_FALSE(is_possible({made, step(Act::proven_gone, 2, 3)}));
  Step other_end = sight(2, 3, {});
  other_end.sight.expires_at = kEnd + seconds(1);
  CHECK_FALSE(is_possible({made, other_end}));
}

TEST_CASE("Linearize: a thousand steps of many hands at once are judged in no time", "[proof]") {
  History history = {step(Act::made, 0, 1), step(Act::shown, 100, 300),
                     step(Act::ended_by_person, 250, 400), step(Act::proven_gone, 250, 400)};
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same history every time
  std::uniform_int_distribution<int> length(1, 200);
  for (int i = 0; i < 1000; ++i) {
    history.push_back(step(Act::met_conflict, 2 + i % 400, 2 + i % 400 + length(random)));
    history.push_back(step(Act::refused_as_over, 300 + i % 100, 401 + length(random)));
    history.push_back(step(Act::ended_by_person, 260 + i % 100, 401 + length(random)));
  }
  CHECK(is_possible(history));
  history.push_back(step(Act::shown, 402, 403));
  CHECK_FALSE(is_possible(history));
}

}  // namespace stagepass::proof
