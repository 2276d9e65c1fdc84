#include <stagepass/core/decision.hpp>

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

constexpr Timestamp kNow = Timestamp(1'900'000'000s);

Result<void> ends(Timestamp expires_at, const Policy& policy = {}) {
  Decisions decisions;
  judge_end(decisions, policy, {Environment::staging}, {kNow, expires_at});
  return require_all(decisions);
}

/// What the rules add, for one target of a driver "shop".
Decisions settings(const std::vector<std::string>& allowed, const std::string& value) {
  Policy policy;
  policy.drivers["shop"]["role"] = allowed;
  const Target target{.name = tests::must(TargetName::parse("staging")),
                      .driver = "shop",
                      .settings = {},
                      .sealed_settings = {},
                      .created_at = kNow};
  Decisions decisions;
  judge_settings(decisions, policy, target,
                 value.empty() ? std::map<std::string, std::string>{}
                               : std::map<std::string, std::string>{{"role", value}});
  return decisions;
}

bool is_allowed(const Decisions& decisions) {
  return require_all(decisions).has_value();
}

TEST_CASE("Decision: an end must lie in the future") {
  CHECK(tests::error_of(ends(kNow)) == Errc::expired);
  CHECK(tests::error_of(ends(kNow - 1s)) == Errc::expired);
  CHECK(tests::error_of(ends(Timestamp{})) == Errc::expired);
}

TEST_CASE("Decision: an end lies between the shortest and the longest access") {
  CHECK(tests::error_of(ends(kNow + 59s)) == Errc::policy);
  CHECK(ends(kNow + 1min));
  CHECK(ends(kNow + 8h));
  CHECK(ends(kNow + std::chrono::weeks(5)));
  const auto too_far = ends(kNow + std::chrono::weeks(5) + 1s);
  REQUIRE(tests::error_of(too_far) == Errc::policy);
  CHECK_THAT(too_far.error().message, ContainsSubstring("at most 5w"));
  CHECK_THAT(too_far.error().hint, ContainsSubstring("between 1m and 5w"));
}

TEST_CASE("Decision: each rule says where it stands and what it found") {
  Policy policy;
  policy.file = "p.toml";
  policy.lines["ttl.staging.longest"] = 4;
  Decisions decisions;
  judge_end(decisions, policy, {Environment::staging}, {kNow, kNow + 8h});
  REQUIRE(decisions.size() == 2);
  CHECK(decisions[0].origin == "built in");
  CHECK(decisions[1].rule == "ttl.staging.longest");
  CHECK(decisions[1].origin == "p.toml:4");
  CHECK(decisions[1].text == "8h is not above 5w");
}

TEST_CASE("Decision: all refusals are said in one error with the code of the first") {
  const Decisions decisions = {{"a", "built in", "fine"},
                               {"b", "built in", "too long", Errc::expired, "do this"},
                               {"c", "built in", "no role", Errc::policy, "do that"},
                               {"d", "built in", "no key", Errc::policy, "do this"}};
  const auto all = require_all(decisions);
  REQUIRE_FALSE(all);
  CHECK(all.error().code == Errc::expired);
  CHECK(all.error().message == "too long; no role; no key");
  CHECK(all.error().hint == "do this; do that");
  CHECK(require_all({}));
}

TEST_CASE("Decision: an extension counts from the beginning of its grant") {
  Policy policy;
  policy.limits[0].longest = 8h;
  Decisions decisions;
  judge_whole_life(decisions, policy, {Environment::staging}, {kNow - 4h, kNow + 4h});
  CHECK(is_allowed(decisions));
  judge_whole_life(decisions, policy, {Environment::staging}, {kNow - 4h, kNow + 4h + 1s});
  CHECK(tests::error_of(require_all(decisions)) == Errc::policy);
}

TEST_CASE("Decision: quiet hours refuse a grant that does not mean them") {
  Policy policy;
  Decisions decisions;
  judge_hour(decisions, policy, kNow, QuietHoursAreMeant::no);
  CHECK(decisions.empty());
  policy.quiet_hours = QuietHours{0min, 23h + 59min, QuietHours::Zone::utc};
  judge_hour(decisions, policy, kNow, QuietHoursAreMeant::yes);
  CHECK(is_allowed(decisions));
  judge_hour(decisions, policy, kNow, QuietHoursAreMeant::no);
  const auto refused = require_all(decisions);
  REQUIRE(tests::error_of(refused) == Errc::policy);
  CHECK_THAT(refused.error().message, ContainsSubstring("from 00:00 to 23:59 (UTC time)"));
  CHECK_THAT(refused.error().hint, ContainsSubstring("--in-quiet-hours"));
}

TEST_CASE("Decision: the basics that the policy demands must be answered") {
  const CaseRef ref = tests::must(CaseRef::parse("MSP-1"));
  Case record{ref, kNow};
  record.answers[Basic::since] = "monday";
  Policy policy;
  Decisions decisions;
  judge_basics(decisions, policy, ref, nullptr);
  CHECK(decisions.empty());
  policy.required_basics = {Basic::since};
  judge_basics(decisions, policy, ref, &record);
  CHECK(is_allowed(decisions));
  policy.required_basics = {Basic::since, Basic::examples};
  judge_basics(decisions, policy, ref, &record);
  CHECK(require_all(decisions).error().message == "case MSP-1 does not answer examples");
  decisions.clear();
  judge_basics(decisions, policy, ref, nullptr);
  CHECK(require_all(decisions).error().message == "case MSP-1 does not answer since, examples");
}

TEST_CASE("Decision: a setting has one of the values that are allowed") {
  CHECK(is_allowed(settings({"editor", "author"}, "author")));
  CHECK_FALSE(is_allowed(settings({"editor", "author"}, "administrator")));
  CHECK_FALSE(is_allowed(settings({"editor"}, "editors")));
  CHECK_FALSE(is_allowed(settings({"editor"}, "Editor")));
  const auto refused = require_all(settings({"editor"}, "ad\x1bmin"));
  CHECK(refused.error().message ==
        R"(staging has role ad\x1bmin, and targets of shop may have editor)");
}

TEST_CASE("Decision: of a list each part must be allowed") {
  CHECK(is_allowed(settings({"read", "write"}, "read, write")));
  CHECK(is_allowed(settings({"one, two"}, "one, two")));
  CHECK_FALSE(is_allowed(settings({"read", "write"}, "read,write,all")));
  CHECK_FALSE(is_allowed(settings({"read"}, "read,")));
}

TEST_CASE("Decision: a setting that is not set is allowed only as such") {
  CHECK_FALSE(is_allowed(settings({"editor"}, "")));
  CHECK(is_allowed(settings({"editor", ""}, "")));
}

TEST_CASE("Decision: settings of other drivers are not looked at") {
  Policy policy;
  policy.drivers["other"]["role"] = {"editor"};
  const Target target{.name = tests::must(TargetName::parse("staging")),
                      .driver = "shop",
                      .settings = {},
                      .sealed_settings = {},
                      .created_at = kNow};
  Decisions decisions;
  judge_settings(decisions, policy, target, {{"role", "administrator"}});
  CHECK(decisions.empty());
}

TEST_CASE("Decision: passwords are of an allowed kind and strong enough") {
  const auto judged = [](const Policy& policy) {
    Decisions decisions;
    judge_password(decisions, policy, tests::must(TargetName::parse("shop")), {"letters", 134.8});
    return require_all(decisions);
  };
  Policy policy;
  CHECK(judged(policy));
  policy.least_password_bits = 134;
  policy.password_policies = {"standard", "letters"};
  CHECK(judged(policy));
  policy.least_password_bits = 135;
  CHECK_THAT(judged(policy).error().message, ContainsSubstring("134.8 bits, and 135 are demanded"));
  policy.least_password_bits = 128;
  policy.password_policies = {"standard"};
  CHECK_THAT(judged(policy).error().message, ContainsSubstring("allowed are standard"));
}

}  // namespace
}  // namespace stagepass
