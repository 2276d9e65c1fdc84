#include "notices_fixture.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Kinds = std::vector<std::string>;

std::string id_of(const nlohmann::json& event) {
  return event.at("id").get<std::string>();
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: what was not taken is told again with the same id and in order") {
  break_receiver();
  const auto grant = granted({"files"});
  CHECK(pass({to_command()}).remarks.size() == 1);
  finish(grant);
  CHECK(pass({to_command()}).remarks.empty());
  mend_receiver();
  pass({to_command()});
  REQUIRE(kinds() == Kinds{"grant", "grant", "grant", "end"});
  CHECK(id_of(told()[0]) == id_of(told()[2]));
  CHECK(id_of(told()[2]) != id_of(told()[3]));
}

TEST_CASE_METHOD(NoticesFixture, "Notices: one receiver that fails holds up no other") {
  break_receiver();
  const NoticeRule good{.way = policy::CommandNotice{write_program(
                            "good", "#!/bin/sh\ncat >>$(dirname \"$0\")/good.got\n")}};
  granted({"files"});
  pass({to_command(), good});
  CHECK_THAT(content("good.got"), ContainsSubstring("\"event\":\"grant\""));
}

TEST_CASE_METHOD(NoticesFixture, "Notices: of several receivers that fail each has its turn") {
  const char* counting = "#!/bin/sh\necho x >>\"$0.tries\"\nexit 1\n";
  std::vector<NoticeRule> rules;
  for (const char* name : {"one", "two", "three"}) {
    rules.push_back({.way = policy::CommandNotice{write_program(name, counting)}});
  }
  granted({"files"});
  const notices::PassLimits one_try = {std::chrono::seconds(60), std::chrono::seconds(60),
                                       notices::PassLimits::Failing::tried, 1};
  for (int i = 0; i < 6; ++i) {
    pass(rules, one_try);
    clock.advance(1min);
  }
  for (const char* name : {"one.tries", "two.tries", "three.tries"}) {
    CHECK(content(name) == "x\nx\n");
  }
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: a command's own pass leaves a receiver that fails to purge") {
  break_receiver();
  granted({"files"});
  pass({to_command()}, notices::kQuick);
  CHECK(told().size() == 1);
  pass({to_command()}, notices::kQuick);
  CHECK(told().size() == 1);
  pass({to_command()}, notices::kPatient);
  CHECK(told().size() == 2);
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: an event is given up after a day of trying and the next one is told") {
  break_receiver();
  const auto grant = granted({"files"}, Ttl(std::chrono::days(3)));
  pass({to_command()});
  clock.advance(23h);
  retrieve(grant);
  CHECK(pass({to_command()}).remarks.empty());
  clock.advance(1h);
  const auto report = pass({to_command()});
  REQUIRE(report.remarks.size() == 1);
  CHECK_THAT(report.remarks.front(),
             ContainsSubstring("is given up after a day: grant " + grant.grant.id.str()));
  mend_receiver();
  std::filesystem::remove(folder.path() / "got");
  pass({to_command()});
  CHECK(kinds() == Kinds{"retrieve"});
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: what is old is tried first where nobody has tried for a day") {
  granted({"files"}, Ttl(std::chrono::days(3)));
  clock.advance(std::chrono::days(2));
  break_receiver();
  const auto report = pass({to_command()});
  REQUIRE(report.remarks.size() == 1);
  CHECK_THAT(report.remarks.front(), ContainsSubstring("was not taken"));
  mend_receiver();
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant", "grant"});
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: a program that does not end is stopped and holds up little") {
  const NoticeRule slow{.way = policy::CommandNotice{
                            write_program("slow", "#!/bin/sh\ntrap '' TERM\nexec sleep 60\n")}};
  granted({"files"});
  const auto before = std::chrono::steady_clock::now();
  const notices::PassLimits short_limits = {std::chrono::milliseconds(200),
                                            std::chrono::milliseconds(300)};
  CHECK(pass({slow, to_command()}, short_limits).remarks.size() == 1);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(10));
  pass({slow, to_command()}, short_limits);
  CHECK(kinds() == Kinds{"grant"});
}

}  // namespace
}  // namespace stagepass::tests
