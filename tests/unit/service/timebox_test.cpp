#include "case_fixture.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

class WarningProgress final : public Progress {
 public:
  void step(std::string_view /*text*/) override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}
  std::vector<std::string> warnings;
};

}  // namespace

TEST_CASE_METHOD(CaseFixture, "Time-box: no grant ends after it and the error says what may be",
                 "[service]") {
  opened();
  timeboxed(Ttl(24h));
  const auto refused = grants.grant(request({"files"}, Ttl(25h)), progress);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::policy);
  CHECK_THAT(refused.error().hint, ContainsSubstring("--until " + format_utc(clock.now() + 24h)));
  CHECK(files().account_count() == 0);
  CHECK(must(store->grants({.include = GrantFilter::Include::all}, {}, 10)).empty());

  granted({"files"}, Ttl(24h));
}

TEST_CASE_METHOD(CaseFixture, "Time-box: no extension outlives it on record or on the target",
                 "[service]") {
  opened();
  const auto made = granted({"files"}, Ttl(8h));
  timeboxed(Ttl(24h));
  files().forget_calls();
  CHECK(error_of(grants.extend(made.grant.id, Ttl(25h), progress)) == Errc::policy);
  CHECK(files().calls().empty());
  CHECK(stored(made.accounts[0]).ends_at == made.grant.expires_at);
  must(grants.extend(made.grant.id, Ttl(24h), progress));
}

TEST_CASE_METHOD(CaseFixture,
                 "Time-box: running grants are cut in the record, the seal, the target",
                 "[service]") {
  opened();
  const auto longer = granted({"files", "shop"}, Ttl(48h));
  const auto shorter = granted({"shop"}, Ttl(8h));
  const Secret password = password_of(longer.accounts[0]);

  const auto report = timeboxed(Ttl(24h));

  REQUIRE(report.cut.size() == 1);
  CHECK(report.cut[0].id == longer.grant.id);
  CHECK(report.cut[0].before == longer.grant.expires_at);
  const auto cut = must(store->grant(longer.grant.id));
  CHECK(cut.grant.expires_at == clock.now() + 24h);
  CHECK(require_authentic(workspace, cut));
  for (const Account& account : cut.accounts) {
    CHECK(account.ends_at == clock.now() + 24h);
    CHECK(account.next_at == clock.now() + 24h);
    CHECK(drivers.world(account.target.str()).expiry_of(account.user_name.str()) ==
          clock.now() + 24h);
  }
  CHECK(password_of(cut.accounts[0]) == password);
  CHECK(stored(shorter.accounts[0]).ends_at == shorter.grant.expires_at);

  clock.advance(24h);
  purge();
  CHECK(files().account_count() + shop().account_count() == 0);
}

TEST_CASE_METHOD(CaseFixture,
                 "Time-box: its end ends all although a target was down when it was set",
                 "[service]") {
  opened();
  const auto made = granted({"files", "shop"}, Ttl(48h));
  files().set_down(true);
  WarningProgress told;

  must(cases.timebox(ref(), Ttl(24h), told));

  REQUIRE(told.warnings.size() == 1);
  CHECK_THAT(told.warnings[0], ContainsSubstring("files could not be told"));
  const Account account = must(store->grant(made.grant.id)).accounts[0];
  CHECK(files().expiry_of(account.user_name.str()) == made.grant.expires_at);
  CHECK(account.ends_at == clock.now() + 24h);

  clock.advance(24h);
  purge();
  CHECK(shop().account_count() == 0);
  CHECK(must(store->overdue(clock.now())).accounts == 1);
  files().set_down(false);
  clock.advance(1h);
  purge();
  CHECK(files().account_count() == 0);
  CHECK(must(store->overdue(clock.now())).accounts == 0);
}

TEST_CASE_METHOD(CaseFixture, "Time-box: when it is over no access is given until it is moved",
                 "[service]") {
  opened();
  timeboxed(Ttl(24h));
  clock.advance(24h);
  const auto refused = grants.grant(request({"files"}, Ttl(1h)), progress);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::policy);
  CHECK_THAT(refused.error().message, ContainsSubstring("ended at"));
  timeboxed(Ttl(24h));
  granted({"files"}, Ttl(1h));
}

TEST_CASE_METHOD(CaseFixture, "Time-box: a case that only a grant has named can have one",
                 "[service]") {
  CHECK(error_of(cases.timebox(ref(), Ttl(24h), progress)) == Errc::not_found);
  granted({"files"}, Ttl(48h));
  CHECK(timeboxed(Ttl(24h)).cut.size() == 1);
  CHECK(must(cases.show(ref())).state == CaseState::unopened);
  CHECK(error_of(grants.grant(request({"shop"}, Ttl(48h)), progress)) == Errc::policy);
}

TEST_CASE_METHOD(CaseFixture,
                 "Time-box: in the past, beyond half a year or by a wrong clock it is none",
                 "[service]") {
  opened();
  CHECK(error_of(cases.timebox(ref(), clock.now(), progress)) == Errc::expired);
  CHECK(error_of(cases.timebox(ref(), kLongestTimebox + 1s, progress)) == Errc::policy);
  CHECK_FALSE(must(cases.find(ref()))->timebox_at);
}

TEST_CASE_METHOD(CaseFixture, "Time-box: of a grant made at the same moment none slips through",
                 "[service]") {
  opened();
  SECTION("the grant looked before and writes after it") {
    InterruptedStore interrupted(*store, [&] { timeboxed(Ttl(24h)); });
    auto late = over(interrupted);
    CHECK(error_of(service::GrantService(late).grant(request({"shop"}, Ttl(48h)), progress)) ==
          Errc::conflict);
    CHECK(shop().account_count() == 0);
  }
  SECTION("the grant is there when the time-box is written") {
    InterruptedStore interrupted(*store, [&] { granted({"shop"}, Ttl(48h)); });
    auto late = over(interrupted);
    const auto report = must(CaseService(late).timebox(ref(), Ttl(24h), progress));
    CHECK(report.cut.size() == 1);
  }
  SECTION("an extension that looked before and writes after it") {
    const auto made = granted({"shop"}, Ttl(8h));
    InterruptedStore interrupted(*store, [&] { timeboxed(Ttl(24h)); });
    auto late = over(interrupted);
    CHECK(error_of(service::GrantService(late).extend(made.grant.id, Ttl(48h), progress)) ==
          Errc::conflict);
    CHECK(shop().expiry_of(made.accounts[0].user_name.str()) == made.grant.expires_at);
  }
  clock.advance(24h);
  purge();
  CHECK(shop().account_count() == 0);
}

TEST_CASE_METHOD(CaseFixture, "Time-box: waits for a grant that is being made", "[service]") {
  opened();
  std::optional<Errc> meanwhile;
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "create") {
      meanwhile = error_of(cases.timebox(ref(), Ttl(24h), progress));
    }
  });
  granted({"files"}, Ttl(48h));
  CHECK(meanwhile == Errc::unavailable);
  CHECK_FALSE(must(cases.find(ref()))->timebox_at);
  CHECK(timeboxed(Ttl(24h)).cut.size() == 1);
}

TEST_CASE_METHOD(CaseFixture, "Time-box: nothing is cut by a record that somebody else has changed",
                 "[service]") {
  opened();
  const auto made = granted({"files"}, Ttl(48h));
  Account edited = stored(made.accounts[0]);
  edited.last_error = "x";
  tamper(edited);
  CHECK(error_of(cases.timebox(ref(), Ttl(24h), progress)) == Errc::corrupt);
  CHECK_FALSE(must(cases.find(ref()))->timebox_at);
}

TEST_CASE_METHOD(CaseFixture, "Time-box: an account that is gone or ending holds nothing up",
                 "[service]") {
  opened();
  const auto made = granted({"files", "shop"}, Ttl(48h));
  shop().set_down(true);
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  CHECK(timeboxed(Ttl(24h)).cut.empty());
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
}

}  // namespace stagepass::tests
