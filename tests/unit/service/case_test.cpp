#include "case_fixture.hpp"

#include <stagepass/service/changed_records.hpp>

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Was = service::OpenedCase::Was;
using Edits = std::vector<std::pair<const char*, std::function<void(Case&)>>>;

const Edits& edits() {
  static const Edits all = {
      {"reference", [](Case& c) { c.ref = must(CaseRef::parse("MSP-1")); }},
      {"created", [](Case& c) { c.created_at += 1s; }},
      {"opened", [](Case& c) { c.opened_at.reset(); }},
      {"closed", [](Case& c) { c.closed_at = c.created_at; }},
      {"environment", [](Case& c) { c.environment = Environment::staging; }},
      {"platform", [](Case& c) { c.platform += "x"; }},
      {"versions", [](Case& c) { c.versions.clear(); }},
      {"an answer", [](Case& c) { c.answers[Basic::since] = "never"; }},
      {"no answer", [](Case& c) { c.answers.erase(Basic::since); }},
      {"answers swapped",
       [](Case& c) { std::swap(c.answers[Basic::since], c.answers[Basic::updates]); }},
      {"no time-box", [](Case& c) { c.timebox_at.reset(); }},
      {"time-box", [](Case& c) { *c.timebox_at += 1s; }},
      {"all of it",
       [](Case& c) {
         c = Case{c.ref, c.created_at, {}, {}, {}, {}, {}, {}, {}, c.version, c.vouched_mac};
       }},
      {"no MAC", [](Case& c) { c.vouched_mac.clear(); }}};
  return all;
}

CaseFacts all_facts() {
  return {.environment = Environment::test,
          .platform = "WooCommerce",
          .versions = "9.1",
          .answers = {{Basic::since, "May"}, {Basic::updates, "PHP 8.3"}}};
}

}  // namespace

TEST_CASE_METHOD(CaseFixture, "Case: opening says what is known and the log that it was said",
                 "[service]") {
  const auto made = must(cases.open(ref(), all_facts()));
  CHECK(made.was == Was::unknown);

  const Case stored = must(cases.find(ref())).value();
  CHECK(stored.opened_at == clock.now());
  CHECK(stored.environment == Environment::test);
  CHECK(stored.platform == "WooCommerce");
  CHECK(stored.versions == "9.1");
  CHECK(stored.answers == all_facts().answers);
  CHECK(actions() == std::vector<std::string>{"case.open"});
  const AuditEntry entry = must(store->audit_of("case/MSP-48213")).front();
  CHECK(entry.detail == "test, platform, versions, since, updates");
  CHECK(must(cases.find(ref("MSP-2"))) == std::nullopt);
}

TEST_CASE_METHOD(CaseFixture, "Case: opened again it changes what is given and keeps the rest",
                 "[service]") {
  const Case first = opened(all_facts());
  clock.advance(1h);
  const auto again =
      must(cases.open(ref(), {.answers = {{Basic::since, "June"}, {Basic::updates, ""}}}));
  CHECK(again.was == Was::open);
  const Case stored = must(cases.find(ref())).value();
  CHECK(stored.opened_at == first.opened_at);
  CHECK(stored.platform == "WooCommerce");
  CHECK(stored.answers == std::map<Basic, std::string>{{Basic::since, "June"}});

  INFO("what changes nothing is not recorded");
  must(cases.open(ref(), {.answers = {{Basic::since, " June "}}}));
  CHECK(actions() == std::vector<std::string>{"case.open", "case.change"});
}

TEST_CASE_METHOD(CaseFixture, "Case: what cannot be an answer changes nothing", "[service]") {
  opened(all_facts());
  CHECK(error_of(cases.open(ref(), {.answers = {{Basic::since, "a\nb"}}})) ==
        Errc::invalid_argument);
  CHECK(must(cases.find(ref()))->answers == all_facts().answers);
}

TEST_CASE_METHOD(CaseFixture, "Case: one that a grant has named can be opened, closed and shown",
                 "[service]") {
  const auto made = granted({"files"});
  CHECK(must(cases.show(ref())).state == CaseState::unopened);
  CHECK(must(cases.open(ref(), {})).was == Was::unknown);
  const auto report = must(cases.show(ref()));
  CHECK(report.state == CaseState::open);
  REQUIRE(report.open_grants.size() == 1);
  CHECK(report.open_grants[0].grant.id == made.grant.id);
  CHECK(error_of(cases.show(ref("MSP-2"))) == Errc::not_found);
  CHECK(error_of(cases.close(ref("MSP-2"), progress)) == Errc::not_found);
}

TEST_CASE_METHOD(CaseFixture, "Case: rehearsals keep their reference for themselves", "[service]") {
  CHECK(error_of(cases.open(ref("rehearsal"), {})) == Errc::invalid_argument);
  must(TargetService(workspace).rehearse(target_name("files"), progress));
  CHECK(error_of(cases.close(ref("rehearsal"), progress)) == Errc::invalid_argument);
  CHECK(error_of(cases.timebox(ref("rehearsal"), Ttl(1h), progress)) == Errc::invalid_argument);
}

TEST_CASE_METHOD(CaseFixture, "Case: of two who open it at once both are heard", "[service]") {
  InterruptedStore interrupted(*store, [&] { must(cases.open(ref(), {.platform = "Magento"})); });
  auto workspace_of_other = over(interrupted);
  must(CaseService(workspace_of_other).open(ref(), {.versions = "2.4"}));
  const Case stored = must(cases.find(ref())).value();
  CHECK(stored.platform == "Magento");
  CHECK(stored.versions == "2.4");
}

TEST_CASE_METHOD(CaseFixture, "Case: closing finishes its grants and no others", "[service]") {
  opened();
  const auto made = granted({"files", "shop"});
  auto other = request({"files"});
  other.case_ref = ref("MSP-2");
  must(grants.grant(other, progress));

  const auto closed = must(cases.close(ref(), progress));

  CHECK_FALSE(closed.was_closed);
  REQUIRE(closed.ended.accounts.size() == 2);
  CHECK(must(store->grant(made.grant.id)).grant.end_reason == EndReason::finished);
  CHECK(files().account_count() == 1);
  CHECK(shop().account_count() == 0);
  CHECK(must(cases.show(ref())).state == CaseState::closed);
  CHECK(actions() == std::vector<std::string>{"case.open", "case.close"});
}

TEST_CASE_METHOD(CaseFixture, "Case: it is closing until all is gone and then it is closed",
                 "[service]") {
  granted({"files"});
  files().set_down(true);
  const auto closed = must(cases.close(ref(), progress));
  REQUIRE(closed.ended.accounts.size() == 1);
  CHECK(closed.ended.accounts[0].problem->code == Errc::unreachable);
  CHECK(must(cases.show(ref())).state == CaseState::closing);
  CHECK(error_of(grants.grant(request({"shop"}), progress)) == Errc::policy);

  files().set_down(false);
  SECTION("closed once more it tries once more") {
    const auto again = must(cases.close(ref(), progress));
    CHECK(again.was_closed);
    REQUIRE(again.ended.accounts.size() == 1);
    CHECK_FALSE(again.ended.accounts[0].problem);
  }
  SECTION("purge goes on with it") {
    clock.advance(1h);
    purge();
  }
  CHECK(must(cases.show(ref())).state == CaseState::closed);
  CHECK(files().account_count() == 0);
  CHECK(must(cases.close(ref(), progress)).ended.accounts.empty());
}

TEST_CASE_METHOD(CaseFixture, "Case: under a closed one nothing is given until it is opened again",
                 "[service]") {
  opened(all_facts());
  must(cases.close(ref(), progress));
  shop().forget_calls();
  const auto refused = grants.grant(request({"shop"}), progress);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::policy);
  CHECK_THAT(refused.error().hint, ContainsSubstring("stagepass case open MSP-48213"));
  CHECK(error_of(cases.timebox(ref(), Ttl(24h), progress)) == Errc::policy);
  CHECK(shop().calls().empty());

  CHECK(must(cases.open(ref(), {})).was == Was::closed);
  CHECK(must(cases.find(ref()))->answers == all_facts().answers);
  granted({"shop"});
  CHECK(actions() == std::vector<std::string>{"case.open", "case.close", "case.reopen"});
}

TEST_CASE_METHOD(CaseFixture, "Case: a grant that is recorded just after it was closed is refused",
                 "[service]") {
  opened();
  InterruptedStore interrupted(*store, [&] { must(cases.close(ref(), progress)); });
  auto late = over(interrupted);
  CHECK(error_of(service::GrantService(late).grant(request({"shop"}), progress)) == Errc::conflict);
  CHECK(shop().account_count() == 0);
  CHECK(must(cases.show(ref())).state == CaseState::closed);
}

TEST_CASE_METHOD(CaseFixture, "Case: a record that was edited in any column is not ours",
                 "[service]") {
  opened(all_facts());
  timeboxed(Ttl(24h));
  const Case record = must(store->find_case(ref())).value();
  CHECK(is_authentic(workspace, record));
  for (const auto& [what, edit] : edits()) {
    INFO(what);
    Case edited = record;
    edit(edited);
    CHECK_FALSE(is_authentic(workspace, edited));
  }
}

TEST_CASE_METHOD(CaseFixture, "Case: nothing is done by a record that was edited", "[service]") {
  opened(all_facts());
  const auto made = granted({"files"});
  timeboxed(Ttl(24h));
  tamper_case([](Case& record) { record.timebox_at.reset(); });

  CHECK(error_of(grants.grant(request({"shop"}), progress)) == Errc::corrupt);
  CHECK(error_of(grants.extend(made.grant.id, Ttl(9h), progress)) == Errc::corrupt);
  CHECK(error_of(cases.find(ref())) == Errc::corrupt);
  CHECK(error_of(cases.show(ref())) == Errc::corrupt);
  CHECK(error_of(cases.open(ref(), {.platform = "x"})) == Errc::corrupt);
  CHECK(error_of(cases.timebox(ref(), Ttl(1h), progress)) == Errc::corrupt);
  CHECK(error_of(cases.close(ref(), progress)) == Errc::corrupt);
  CHECK(shop().account_count() == 0);

  INFO("its grants end all the same");
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(CaseFixture, "Case: a record that was taken away or put back is told of",
                 "[service]") {
  opened();
  const Case before = must(store->find_case(ref())).value();
  timeboxed(Ttl(24h));

  SECTION("taken away") {
    CaselessStore caseless(*store);
    auto sick = over(caseless);
    CHECK(error_of(service::GrantService(sick).grant(request({"shop"}), progress)) ==
          Errc::corrupt);
    CHECK(error_of(CaseService(sick).open(ref(), {})) == Errc::corrupt);
    const auto changed = must(service::find_changed_records(sick));
    REQUIRE(changed.cases.size() == 1);
    CHECK(changed.cases[0].ref == ref());
    CHECK(is_bare(changed.cases[0]));
  }
  SECTION("put back") {
    tamper_case([&](Case& record) { record.timebox_at = before.timebox_at; });
    CHECK(error_of(grants.grant(request({"shop"}), progress)) == Errc::corrupt);
  }
  CHECK(shop().account_count() == 0);
}

TEST_CASE_METHOD(CaseFixture, "Case: one that was never opened and holds something is told of",
                 "[service]") {
  granted({"files"});
  CHECK(must(service::find_changed_records(workspace)).empty());
  tamper_case([](Case& record) { record.platform = "call +49 89 1234"; });
  CHECK(error_of(cases.show(ref())) == Errc::corrupt);
  CHECK(must(service::find_changed_records(workspace)).cases.size() == 1);
}

TEST_CASE_METHOD(CaseFixture, "Recover: goes on with a changed case when told", "[service]") {
  opened();
  timeboxed(Ttl(24h));
  tamper_case([&](Case& record) { record.timebox_at = clock.now() + 1h; });

  must(service::accept_changed_records(workspace, must(service::find_changed_records(workspace))));

  CHECK(must(service::find_changed_records(workspace)).empty());
  CHECK(must(cases.find(ref()))->timebox_at == clock.now() + 1h);
  CHECK(actions().back() == "case.accepted");
}

}  // namespace stagepass::tests
