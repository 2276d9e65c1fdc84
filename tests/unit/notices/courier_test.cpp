#include "notices_fixture.hpp"

#include <stagepass/system/file_lock.hpp>

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Kinds = std::vector<std::string>;

NoticeRule to_mail(const NoticesFixture& fixture) {
  return {.way = policy::MailNotice{"shop@example.com", (fixture.folder.path() / "tell").string()}};
}

TEST_CASE_METHOD(
    NoticesFixture,
    "Notices: a command gets the event on stdin and nothing in arguments and environment") {
  granted({"files"});
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant"});
  CHECK(content("arguments") == "0\n");
  std::istringstream environment(content("environment"));
  for (std::string line; std::getline(environment, line);) {
    INFO(line);
    const std::string name = line.substr(0, line.find('='));
    CHECK((name == "PATH" || name == "LC_ALL" || name == "PWD" || name == "_" || name == "SHLVL"));
  }
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: mail goes through sendmail with its receiver in the text alone") {
  const auto grant = granted({"files"});
  finish(grant);
  pass({to_mail(*this)});
  CHECK(content("arguments") == "2-t -i\n2-t -i\n");
  const std::string mail = content("got");
  CHECK_THAT(mail, ContainsSubstring("To: shop@example.com\nSubject: [stagepass] grant " +
                                     grant.grant.id.str() + " ended: all accounts gone\n"));
  CHECK_THAT(mail, ContainsSubstring("\nAuto-Submitted: auto-generated\n"));
  CHECK_THAT(mail, ContainsSubstring("\ncase: MSP-48213\n"));
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a new receiver is told nothing of what was before") {
  finish(granted({"files"}));
  begin = must(store->audit_head());
  pass({to_command()});
  CHECK(kinds().empty());
  granted({"files"});
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant"});
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a receiver that was taken out and comes back is new") {
  pass({to_command()});
  REQUIRE(std::filesystem::exists(state));
  pass({});
  CHECK_FALSE(std::filesystem::exists(state));
  granted({"files"});
  begin = must(store->audit_head());
  pass({to_command()});
  CHECK(kinds().empty());
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: other events and another time keep the place of a receiver") {
  pass({to_command({NoticeEvent::end})});
  const auto grant = granted({"files"});
  begin = must(store->audit_head());
  NoticeRule rule = to_command();
  rule.near_end = 2h;
  pass({rule});
  CHECK(kinds() == Kinds{"grant"});
}

TEST_CASE_METHOD(NoticesFixture, "Notices: without receivers nothing is written") {
  granted({"files"});
  pass({});
  CHECK(std::filesystem::is_empty(folder.path() / "tell") == false);
  CHECK_FALSE(std::filesystem::exists(state));
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(state) += ".lock"));
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a damaged state begins anew and says so once") {
  granted({"files"});
  pass({to_command()});
  std::ofstream(state) << "{";
  finish(granted({"shop"}));
  begin = must(store->audit_head());
  const auto report = pass({to_command()});
  REQUIRE(report.remarks.size() == 1);
  CHECK_THAT(report.remarks.front(), ContainsSubstring("is damaged"));
  CHECK(kinds() == Kinds{"grant"});
  CHECK(pass({to_command()}).remarks.empty());
}

TEST_CASE_METHOD(
    NoticesFixture,
    "Notices: a log that is not the one of the last notice is not told from its beginning") {
  granted({"files"});
  pass({to_command()});
  // Another vault's log, or an older copy with other entries since.
  std::string text = content("notices.json");
  const auto at = text.find(R"("hash":")") + 8;
  text[at] = text[at] == 'A' ? 'B' : 'A';
  std::ofstream(state) << text;
  const auto report = pass({to_command()});
  REQUIRE(report.remarks.size() == 1);
  CHECK_THAT(report.remarks.front(), ContainsSubstring("is not the one of the last notice"));
  CHECK(kinds() == Kinds{"grant"});
  granted({"shop"});
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant", "grant"});
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: who finds another process at work leaves it to that one") {
  granted({"files"});
  const auto lock = must(system::FileLock::try_lock(std::filesystem::path(state) += ".lock"));
  REQUIRE(lock);
  CHECK(pass({to_command()}).delivered == 0);
  CHECK(kinds().empty());
}

TEST_CASE_METHOD(NoticesFixture, "Notices: where the place cannot be kept nothing is told") {
  granted({"files"});
  pass({to_command()});
  const auto blocked = folder.path() / "blocked";
  std::filesystem::create_directories(blocked);
  std::filesystem::create_directories(blocked / "notices.json" / "not empty");
  const auto report =
      courier(blocked / "notices.json").tell({to_command()}, begin, notices::kPatient, {});
  CHECK_FALSE(report);
  CHECK(kinds() == Kinds{"grant"});
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a hundred events in a pass and the rest in the next") {
  for (int i = 0; i < 60; ++i) {
    finish(granted({"files"}));
  }
  const notices::PassLimits unhurried = {std::chrono::minutes(5), std::chrono::minutes(1)};
  CHECK(pass({to_command()}, unhurried).delivered == 100);
  CHECK(pass({to_command()}, unhurried).delivered == 20);
  CHECK(pass({to_command()}, unhurried).delivered == 0);
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a receiver with much to hear keeps no other waiting") {
  const NoticeRule other{.way = policy::CommandNotice{write_program(
                             "other", "#!/bin/sh\ncat >>$(dirname \"$0\")/other.got\n")}};
  granted({"files"});
  granted({"files"});
  const notices::PassLimits one_each = {std::chrono::seconds(60), std::chrono::seconds(60),
                                        notices::PassLimits::Failing::tried, 1};
  pass({to_command(), other}, one_each);
  clock.advance(1min);
  pass({to_command(), other}, one_each);
  CHECK(kinds() == Kinds{"grant"});
  CHECK_THAT(content("other.got"), ContainsSubstring("\"event\":\"grant\""));
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a stop ends a pass and the next one goes on") {
  granted({"files"});
  std::stop_source stop;
  stop.request_stop();
  must(courier().tell({to_command()}, begin, notices::kPatient, stop.get_token()));
  CHECK(kinds().empty());
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant"});
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a program that others may write is not run") {
  granted({"files"});
  ::chmod((folder.path() / "tell").c_str(), 0777);
  const auto report = pass({to_command()});
  REQUIRE(report.remarks.size() == 1);
  CHECK_THAT(report.remarks.front(), ContainsSubstring("others can change the program"));
  CHECK(kinds().empty());
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a test goes to one receiver and says what came of it") {
  notices::Courier courier = this->courier();
  must(courier.test(to_command()));
  CHECK(kinds() == Kinds{"test"});
  break_receiver();
  CHECK(error_of(courier.test(to_command())) == Errc::refused);
  CHECK_FALSE(std::filesystem::exists(state));
}

}  // namespace
}  // namespace stagepass::tests
