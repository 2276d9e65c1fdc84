#include <stagepass/core/clock_mark.hpp>

#include <algorithm>

namespace stagepass {

ClockVerdict judge_clock(const ClockReading& reading, const std::optional<ClockMark>& mark) {
  if (!mark) {
    return {.now = reading.wall};
  }
  // A reading of the same boot that is smaller comes from another time namespace.
  const bool knows_what_passed = !reading.boot_id.empty() && reading.boot_id == mark->boot_id &&
                                 reading.since_boot >= mark->since_boot;
  const Ttl passed = knows_what_passed ? reading.since_boot - mark->since_boot : Ttl::zero();
  const Timestamp expected = std::min(mark->latest + passed, kEndOfTime);

  ClockVerdict verdict{.now = std::max(reading.wall, expected)};
  if (expected - reading.wall > kClockCorrection) {
    verdict.state = ClockVerdict::State::behind;
    verdict.by = expected - reading.wall;
  } else if (knows_what_passed && reading.wall - expected > kClockJump) {
    verdict.state = ClockVerdict::State::ahead;
    verdict.by = reading.wall - expected;
  }
  return verdict;
}

ClockMark mark_of(const ClockVerdict& verdict, const ClockReading& reading) {
  const bool is_behind = verdict.state == ClockVerdict::State::behind;
  return {.latest = verdict.now,
          .boot_id = reading.boot_id,
          .since_boot = reading.since_boot,
          .behind = is_behind ? verdict.by : Ttl::zero()};
}

}  // namespace stagepass
