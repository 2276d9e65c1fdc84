#include <stagepass/core/policy.hpp>

#include <cstdlib>
#include <ctime>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass {
namespace {

using namespace std::chrono_literals;

Timestamp at(const char* text) {
  return tests::must(parse_rfc3339(text));
}

/// This machine stands there for a while.
class Zone final {
 public:
  explicit Zone(const char* name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread
    const char* before = ::getenv("TZ");
    before_ = before == nullptr ? "" : before;
    set(name);
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  Zone(Zone&&) = delete;
  Zone& operator=(Zone&&) = delete;
  ~Zone() { set(before_.c_str()); }

 private:
  static void set(const char* name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): as above
    *name == '\0' ? ::unsetenv("TZ") : ::setenv("TZ", name, 1);
    ::tzset();
  }
  std::string before_;
};

/// Berlin's rule, whether or not this machine has a file of zones.
constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";

TEST_CASE("Policy: without a file live access is shorter than any other") {
  const Policy policy;
  CHECK(policy.of(Environment::staging) == Limits{1min, std::chrono::weeks(5), 8h});
  CHECK(policy.of(Environment::test) == policy.of(Environment::staging));
  CHECK(policy.of(Environment::live) == Limits{1min, 4h, 1h});
  CHECK(policy.approvers.empty());
}

TEST_CASE("Policy: a rule says where it stands") {
  Policy policy;
  policy.file = "p.toml";
  policy.lines["ttl.live.longest"] = 12;
  CHECK(origin_of(policy, "ttl.live.longest") == "p.toml:12");
  CHECK(origin_of(policy, "ttl.live.shortest") == "built in");
}

TEST_CASE("Policy: access to several systems keeps the strictest limits of each") {
  Policy policy;
  policy.limits[0] = {1min, 8h, 2h};  // staging
  policy.limits[1] = {5min, std::chrono::days(2), 4h};
  const auto both = strictest_of(policy, {Environment::test, Environment::staging});
  CHECK(both.limits == Limits{5min, 8h, 2h});
  CHECK(both.shortest_rule == "ttl.test.shortest");
  CHECK(both.longest_rule == "ttl.staging.longest");
  CHECK(strictest_of(policy, {Environment::staging, Environment::test}).limits == both.limits);
  CHECK(strictest_of(policy, {Environment::test}).limits == policy.limits[1]);
  CHECK(strictest_of(policy, {Environment::staging, Environment::live}).limits.longest == 4h);
  CHECK(strictest_of(policy, {}).limits == policy.limits[0]);
}

TEST_CASE("Policy: quiet hours begin with their first minute and end before their last") {
  const QuietHours day{9h, 17h, QuietHours::Zone::utc};
  CHECK_FALSE(is_quiet(day, at("2026-12-01T08:59:59Z")));
  CHECK(is_quiet(day, at("2026-12-01T09:00:00Z")));
  CHECK(is_quiet(day, at("2026-12-01T16:59:59Z")));
  CHECK_FALSE(is_quiet(day, at("2026-12-01T17:00:00Z")));
}

TEST_CASE("Policy: quiet hours may go past midnight") {
  const QuietHours night{22h, 6h, QuietHours::Zone::utc};
  CHECK_FALSE(is_quiet(night, at("2026-12-01T21:59:59Z")));
  CHECK(is_quiet(night, at("2026-12-01T22:00:00Z")));
  CHECK(is_quiet(night, at("2026-12-02T00:00:00Z")));
  CHECK(is_quiet(night, at("2026-12-02T05:59:59Z")));
  CHECK_FALSE(is_quiet(night, at("2026-12-02T06:00:00Z")));
}

TEST_CASE("Policy: local quiet hours go by the clock face of the season") {
  const Zone berlin(kBerlin);
  const QuietHours night{22h, 6h, QuietHours::Zone::local};
  CHECK(is_quiet(night, at("2026-12-01T21:00:00Z")));        // 22:00 CET
  CHECK_FALSE(is_quiet(night, at("2026-12-01T20:59:00Z")));  // 21:59 CET
  CHECK(is_quiet(night, at("2026-07-01T20:00:00Z")));        // 22:00 CEST
  CHECK_FALSE(is_quiet(night, at("2026-07-01T19:59:00Z")));  // 21:59 CEST
  CHECK_FALSE(is_quiet(night, at("2026-12-01T05:00:00Z")));  // 06:00 CET
  CHECK_FALSE(is_quiet(night, at("2026-07-01T04:00:00Z")));  // 06:00 CEST
}

TEST_CASE("Policy: an hour that comes twice is quiet twice and one that is left out never") {
  const Zone berlin(kBerlin);
  const QuietHours hour{2h, 3h, QuietHours::Zone::local};
  // 2026-10-25: 03:00 CEST is 02:00 CET.
  CHECK_FALSE(is_quiet(hour, at("2026-10-24T23:59:59Z")));
  CHECK(is_quiet(hour, at("2026-10-25T00:00:00Z")));
  CHECK(is_quiet(hour, at("2026-10-25T01:59:59Z")));
  CHECK_FALSE(is_quiet(hour, at("2026-10-25T02:00:00Z")));
  // 2026-03-29: 02:00 CET is 03:00 CEST.
  CHECK_FALSE(is_quiet(hour, at("2026-03-29T00:59:59Z")));
  CHECK_FALSE(is_quiet(hour, at("2026-03-29T01:00:00Z")));
}

TEST_CASE("Policy: a time of day is written with two digits each") {
  CHECK(format_clock(0min) == "00:00");
  CHECK(format_clock(22h + 5min) == "22:05");
}

TEST_CASE("Target: the words for its environment read back") {
  for (const Environment environment :
       {Environment::staging, Environment::test, Environment::live}) {
    CHECK(tests::must(parse_environment(to_string(environment))) == environment);
  }
  CHECK(tests::error_of(parse_environment("production")) == Errc::invalid_argument);
  CHECK(parse_environment("").error().hint == "use one of: staging, test, live");
}

}  // namespace
}  // namespace stagepass
