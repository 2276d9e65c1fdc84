#include <stagepass/core/policy.hpp>

#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

constexpr Timestamp kNow = Timestamp(1'900'000'000s);

Target target_for(Environment environment) {
  return Target{.name = tests::must(TargetName::parse("shop")),
                .driver = "unix",
                .environment = environment,
                .settings = {},
                .sealed_settings = {},
                .created_at = kNow};
}

TEST_CASE("Policy: an end must lie in the future") {
  CHECK(tests::error_of(check_end({}, kNow, kNow)) == Errc::expired);
  CHECK(tests::error_of(check_end({}, kNow, kNow - 1s)) == Errc::expired);
  CHECK(tests::error_of(check_end({}, kNow, Timestamp{})) == Errc::expired);
}

TEST_CASE("Policy: an end lies between the shortest and the longest access") {
  CHECK(tests::error_of(check_end({}, kNow, kNow + 59s)) == Errc::policy);
  CHECK(check_end({}, kNow, kNow + 1min));
  CHECK(check_end({}, kNow, kNow + 8h));
  CHECK(check_end({}, kNow, kNow + std::chrono::weeks(5)));
  const auto too_far = check_end({}, kNow, kNow + std::chrono::weeks(5) + 1s);
  REQUIRE(tests::error_of(too_far) == Errc::policy);
  CHECK_THAT(too_far.error().message, ContainsSubstring("at most 5w"));
  CHECK_THAT(too_far.error().hint, ContainsSubstring("between 1m and 5w"));
}

TEST_CASE("Policy: live shops are refused with what access to them would take") {
  CHECK(check_environment(target_for(Environment::staging)));
  CHECK(check_environment(target_for(Environment::test)));
  const auto live = check_environment(target_for(Environment::live));
  REQUIRE(tests::error_of(live) == Errc::policy);
  CHECK_THAT(live.error().message, ContainsSubstring("approval of an integration specialist"));
  CHECK_THAT(live.error().message, ContainsSubstring("backup"));
  CHECK_THAT(live.error().hint, ContainsSubstring("staging shop"));
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
