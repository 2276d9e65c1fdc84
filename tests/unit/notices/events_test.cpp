#include "notices_fixture.hpp"

#include <stagepass/service/confirmation.hpp>
#include <stagepass/service/reissue_service.hpp>
#include <stagepass/service/target_audit.hpp>

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Kinds = std::vector<std::string>;

TEST_CASE_METHOD(NoticesFixture, "Notices: a life is told as it was, each event once") {
  const auto grant = granted({"files", "shop"});
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant"});
  retrieve(grant);
  finish(grant);
  pass({to_command()});
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant", "retrieve", "end"});
  for (const auto& each : told()) {
    CHECK(each.at("stagepass") == "notice 1");
    CHECK(each.at("grant") == grant.grant.id.str());
    CHECK(each.at("case") == "MSP-48213");
    CHECK(each.at("to") == "ana");
    CHECK(each.at("targets") == nlohmann::json({"files", "shop"}));
    CHECK(each.at("environment") == "staging");
    CHECK(each.at("by") == "merchant (uid 1000)");
  }
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: a reissue is told, and so is that its new credentials were retrieved") {
  const auto grant = granted({"files", "shop"});
  retrieve(grant);
  must(service::ReissueService(workspace).reissue({grant.grant.id}, progress));
  retrieve(grant);
  finish(grant);
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant", "retrieve", "reissue", "retrieve", "end"});
  CHECK_THAT(told().at(2).at("text").get<std::string>(),
             ContainsSubstring("gets new credentials by merchant (uid 1000)"));
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: an end says how many accounts are gone and how that was seen") {
  const auto grant = granted({"files", "shop"});
  finish(grant);
  pass({to_command({NoticeEvent::end})});
  REQUIRE(kinds() == Kinds{"end"});
  const auto end = told().front();
  CHECK(end.at("detail") == nlohmann::json({{"reason", "finished"},
                                            {"accounts", 2},
                                            {"seen_gone", 2},
                                            {"confirmed_by_person", 0},
                                            {"login_refused", 2}}));
  CHECK_THAT(end.at("text").get<std::string>(), ContainsSubstring("2 accounts gone"));
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: an end is told when the last account is gone and not before") {
  const auto grant = granted({"files", "shop"}, Ttl(1h));
  shop().set_down(true);
  clock.advance(1h);
  purge();
  pass({to_command({NoticeEvent::end})});
  CHECK(kinds().empty());
  shop().heal();
  clock.advance(1h);
  purge();
  pass({to_command({NoticeEvent::end})});
  CHECK(kinds() == Kinds{"end"});
  CHECK(told().front().at("detail").at("reason") == "expired");
}

TEST_CASE_METHOD(NoticesFixture, "Notices: an end that fails again and again is told once") {
  granted({"files"}, Ttl(1h));
  files().set_down(true);
  for (int i = 0; i < 5; ++i) {
    clock.advance(1h);
    purge();
    pass({to_command({NoticeEvent::failure})});
  }
  REQUIRE(kinds() == Kinds{"failure"});
  CHECK(told().front().at("detail") ==
        nlohmann::json({{"what", "not-gone-yet"}, {"target", "files"}}));
}

TEST_CASE_METHOD(NoticesFixture, "Notices: what a target says is not told") {
  granted({"files"}, Ttl(1h));
  files().break_operation(
      "erase", {.times = FakeFault::kEver,
                .error = {Errc::refused, "https://shop.example/admin?key=SESAME refused", ""}});
  clock.advance(1h);
  purge();
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant", "failure"});
  CHECK(content("got").find("SESAME") == std::string::npos);
  CHECK(content("got").find("shop.example") == std::string::npos);
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: a grant that could not be made is a failure and no grant") {
  shop().break_operation("create");
  REQUIRE_FALSE(grants.grant(request({"files", "shop"}), progress));
  clock.advance(1h);
  purge();
  pass({to_command()});
  CHECK(kinds() == Kinds{"failure", "end"});
  CHECK(told().front().at("detail").at("what") == "not-created");
}

TEST_CASE_METHOD(
    NoticesFixture,
    "Notices: an account that somebody else has deleted is a failure and then an end") {
  const auto grant = granted({"files"});
  files().remove(grant.accounts.front().user_name.str());
  must(service::audit_target(workspace, target_name("files"), {clock.now() + 1h, 24h, {}}));
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant", "failure", "end"});
  CHECK(told().at(1).at("detail").at("what") == "deleted-by-somebody-else");
}

TEST_CASE_METHOD(
    NoticesFixture,
    "Notices: an account that a person deletes is asked for and its end says whose word that is") {
  must(TargetService(workspace).add({.name = target_name("panel"), .driver = "by-hand"}, progress));
  begin = must(store->audit_head());
  const Account account = granted({"panel"}, Ttl(1h)).accounts.front();
  drivers.manual().make_by_hand(account.user_name.str(), password_of(account));
  clock.advance(1h);
  purge();
  pass({to_command()});
  REQUIRE(kinds() == Kinds{"grant", "failure"});
  CHECK(told().back().at("detail").at("what") == "to-be-deleted-by-hand");
  drivers.manual().delete_by_hand(account.user_name.str());
  must(service::confirm_deletion(workspace, stored(account)));
  pass({to_command()});
  REQUIRE(kinds() == Kinds{"grant", "failure", "end"});
  CHECK(told().back().at("detail").at("confirmed_by_person") == 1);
  CHECK(told().back().at("detail").at("seen_gone") == 0);
}

TEST_CASE_METHOD(NoticesFixture, "Notices: an orphan is told when it is found and not as an end") {
  const auto grant = granted({"files"});
  finish(grant);
  pass({to_command()});
  const Account& account = grant.accounts.front();
  files().add_foreign(account.user_name.str(), account.marker);
  must(service::audit_target(workspace, target_name("files"), {clock.now() + 1h, 24h, {}}));
  pass({to_command()});
  REQUIRE(kinds() == Kinds{"grant", "end", "failure"});
  CHECK(told().back().at("detail") == nlohmann::json({{"what", "orphan"}, {"target", "files"}}));
}

TEST_CASE_METHOD(NoticesFixture,
                 "Notices: nothing a record says is told once somebody else has changed it") {
  const auto grant = granted({"files"});
  pass({to_command()});
  Account edited = must(store->grant(grant.grant.id)).accounts.front();
  edited.expires_at += 48h;
  tamper(edited);
  ChangeSet changes;
  changes.audit.push_back(audit_entry(workspace, "retrieve", grant.grant.id.str(), ""));
  must(store->commit(changes));
  pass({to_command()});
  REQUIRE(kinds() == Kinds{"grant", "failure"});
  CHECK(told().back().at("detail").at("what") == "changed-record");
  CHECK(told().back().at("to").is_null());
}

TEST_CASE_METHOD(NoticesFixture, "Notices: an end is not told where no receipt would be given") {
  const auto grant = granted({"files"});
  pass({to_command()});
  // Somebody who writes the log as if the account were gone.
  ChangeSet changes;
  changes.audit.push_back(
      audit_entry(workspace, "account.gone", grant.accounts.front().id.str(), "deleted"));
  must(store->commit(changes));
  pass({to_command()});
  CHECK(kinds() == Kinds{"grant"});
}

TEST_CASE_METHOD(NoticesFixture, "Notices: a receiver hears only of what it asked for") {
  const auto grant = granted({"files"});
  retrieve(grant);
  finish(grant);
  pass({to_command({NoticeEvent::retrieve})});
  CHECK(kinds() == Kinds{"retrieve"});
}

}  // namespace
}  // namespace stagepass::tests
