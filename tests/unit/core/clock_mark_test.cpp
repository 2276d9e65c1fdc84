#include <stagepass/core/clock_mark.hpp>

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using namespace std::chrono_literals;
using State = ClockVerdict::State;

constexpr Timestamp kThen{1'900'000'000s};

ClockMark mark() {
  return {.latest = kThen, .boot_id = "a", .since_boot = 100s};
}

/// The wall clock at `kThen + wall` when the machine has been up for `100 s + up`.
ClockVerdict judged(Ttl wall, Ttl up, const char* boot = "a") {
  return judge_clock({.wall = kThen + wall, .boot_id = boot, .since_boot = 100s + up}, mark());
}

}  // namespace

TEST_CASE("Clock mark: without one the wall clock is believed", "[core]") {
  const auto verdict = judge_clock({.wall = kThen, .boot_id = "a"}, std::nullopt);
  CHECK(verdict.now == kThen);
  CHECK(verdict.state == State::sound);
}

TEST_CASE("Clock mark: time that passes by both clocks is sound however long", "[core]") {
  for (const Ttl passed : {Ttl(0s), Ttl(1s), Ttl(72h), Ttl(24h * 3650)}) {
    const auto verdict = judged(passed, passed);
    CHECK(verdict.state == State::sound);
    CHECK(verdict.now == kThen + passed);
  }
}

TEST_CASE("Clock mark: a clock that is set back does not bring time back", "[core]") {
  for (const Ttl back : {Ttl(61s), Ttl(1h), Ttl(24h * 3650)}) {
    const auto verdict = judged(5min - back, 5min);
    CHECK(verdict.state == State::behind);
    CHECK(verdict.by == back);
    CHECK(verdict.now == kThen + 5min);
  }
}

TEST_CASE("Clock mark: a correction of up to a minute is no alarm and never lengthens a life",
          "[core]") {
  for (const Ttl back : {Ttl(1s), Ttl(60s)}) {
    const auto verdict = judged(5min - back, 5min);
    CHECK(verdict.state == State::sound);
    CHECK(verdict.now == kThen + 5min);
  }
}

TEST_CASE("Clock mark: a jump forward while the machine was up is told from more than an hour",
          "[core]") {
  CHECK(judged(1h, 0s).state == State::sound);
  CHECK(judged(5min + 1h + 1s, 5min).state == State::ahead);
  CHECK(judged(5min + 72h, 5min).by == 72h);
  CHECK(judged(72h, 0s).now == kThen + 72h);
}

TEST_CASE("Clock mark: after a reboot only the mark counts", "[core]") {
  CHECK(judged(72h, -99s, "b").state == State::sound);
  const auto verdict = judged(-2h, -99s, "b");
  CHECK(verdict.state == State::behind);
  CHECK(verdict.by == 2h);
  CHECK(verdict.now == kThen);
}

TEST_CASE("Clock mark: a boot that cannot be named or runs backwards proves nothing", "[core]") {
  CHECK(judged(72h, -1s).state == State::sound);
  const ClockMark unnamed{.latest = kThen, .boot_id = "", .since_boot = 100s};
  const ClockReading reading{.wall = kThen + 72h, .boot_id = "", .since_boot = 101s};
  CHECK(judge_clock(reading, unnamed).state == State::sound);
}

TEST_CASE("Clock mark: 1970 and 2038 and 2106 are times like any other", "[core]") {
  for (const std::int64_t at : {0LL, 2'147'483'647LL, 2'147'483'648LL, 4'294'967'296LL}) {
    const Timestamp wall{std::chrono::seconds(at)};
    const ClockMark before{.latest = wall, .boot_id = "a", .since_boot = 5s};
    const auto verdict = judge_clock({wall + 1s, "a", 6s}, before);
    CHECK(verdict.state == State::sound);
    CHECK(verdict.now == wall + 1s);
  }
}

TEST_CASE("Clock mark: what is kept is the time that counted", "[core]") {
  const ClockReading reading{.wall = kThen - 1h, .boot_id = "a", .since_boot = 160s};
  const auto kept = mark_of(judge_clock(reading, mark()), reading);
  CHECK(kept.latest == kThen + 60s);
  CHECK(kept.since_boot == 160s);
  CHECK(kept.behind == 1h + 60s);
  INFO("a mark that is read again gives the same time");
  CHECK(judge_clock(reading, kept).now == kThen + 60s);
}

}  // namespace stagepass::tests
