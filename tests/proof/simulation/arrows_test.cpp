#include "simulation/arrows.hpp"

#include <algorithm>
#include <support/catch.hpp>
#include <support/crypto.hpp>

namespace stagepass::proof {

TEST_CASE("a life that nothing strikes takes every arrow and breaks no promise") {
  for (const Course course : {Course::finished, Course::expired, Course::bundle}) {
    const ArrowReport report = live_struck({.course = course, .strikes = {}});
    CHECK(report.violations.empty());
    for (const char* step : {"commit", "create", "set_end", "probe", "disable", "end_sessions",
                             "erase", "verify_gone", "list_marked"}) {
      INFO(step);
      CHECK(std::find(report.steps.begin(), report.steps.end(), step) != report.steps.end());
    }
  }
}

TEST_CASE("no single fault at any step of a life breaks a promise") {
  const auto cases = single_strikes();
  CHECK(cases.size() > 300);
  for (const ArrowCase& each : cases) {
    const ArrowReport report = live_struck(each);
    for (const Violation& violation : report.violations) {
      FAIL_CHECK(describe(each, report.steps) << ": " << to_string(violation));
    }
  }
}

TEST_CASE("the oracle notices a target that never deletes at the end of a life") {
  ArrowCase lying{.course = Course::finished, .strikes = {}};
  lying.forgets_to_delete = true;
  const auto violations = live_struck(lying).violations;
  CHECK(std::any_of(violations.begin(), violations.end(),
                    [](const Violation& each) { return each.which == Invariant::false_gone; }));
}

}  // namespace stagepass::proof
