// Targets that lie, lose their answers and change under our hands: an account is gone only when it
// is, and until then it is due and told of.
#include "service_fixture.hpp"

#include <array>
#include <set>
#include <string>

namespace stagepass::tests {
namespace {

using When = FakeFault::When;

constexpr std::array kEndingSteps = {"probe", "disable", "end_sessions", "erase", "verify_gone"};

}  // namespace

TEST_CASE_METHOD(ServiceFixture,
                 "Hostile: a target that only says ok is asked again until it has done it",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  const Secret password = password_of(made.accounts[0]);
  const std::string user = made.accounts[0].user_name.str();
  for (const char* step : {"disable", "end_sessions", "erase"}) {
    files().break_operation(step, {.when = When::lie, .times = FakeFault::kEver});
  }
  clock.advance(1h);

  constexpr std::int64_t kDays = 3;
  for (std::int64_t day = 1; day <= kDays; ++day) {
    const auto report = purge();
    REQUIRE(report.accounts.size() == 1);
    CHECK(report.accounts[0].problem->code == Errc::pending);
    CHECK(report.overdue.accounts == 1);
    const Account left = stored(made.accounts[0]);
    CHECK(left.state == AccountState::ending);
    CHECK(left.secret.has_value());  // without it the login could not be tried any more
    CHECK(left.attempts == day);
    CHECK_FALSE(left.last_error.empty());
    CHECK(files().login_works(user, password));
    clock.advance(24h);
  }

  files().heal();
  CHECK(purge().overdue.accounts == 0);
  CHECK_FALSE(files().has(user));
  CHECK(stored(made.accounts[0]).evidence.login == LoginCheck::refused);
}

TEST_CASE_METHOD(ServiceFixture, "Hostile: each lie alone ends with the account gone or still due",
                 "[service]") {
  for (const std::string step : {"disable", "end_sessions", "erase"}) {
    INFO(step);
    const auto made = granted({"files"}, Ttl(1h));
    const Account& account = made.accounts[0];
    const auto session = must(FakeDriver(files()).open_session(
        {account.id, account.user_name, account.marker}, password_of(account), 1s));
    files().break_operation(step, {.when = When::lie});
    clock.advance(1h);

    const auto report = purge();

    const bool is_gone = stored(account).state == AccountState::gone;
    CHECK(is_gone == (step == "disable"));  // what is deleted need not be disabled
    CHECK(report.overdue.accounts == (is_gone ? 0 : 1));
    CHECK((!is_gone || (!files().has(account.user_name.str()) && session->ended_within(0s))));
    clock.advance(1h);
    CHECK(purge().overdue.accounts == 0);
    CHECK(session->ended_within(0s));
    CHECK(files().account_count() == 0);
  }
}

TEST_CASE_METHOD(ServiceFixture,
                 "Hostile: a lost answer to any step of the end is no proof and is made up for",
                 "[service]") {
  for (const std::string step : kEndingSteps) {
    INFO(step);
    const auto made = granted({"files"}, Ttl(1h));
    files().break_operation(step, {.when = When::after});
    clock.advance(1h);

    const auto first = purge();
    REQUIRE(first.accounts.size() == 1);
    CHECK(first.accounts[0].problem->code == Errc::unreachable);
    CHECK(first.overdue.accounts == 1);
    CHECK(stored(made.accounts[0]).state == AccountState::ending);

    clock.advance(1h);
    CHECK(purge().overdue.accounts == 0);
    CHECK(stored(made.accounts[0]).state == AccountState::gone);
    CHECK(files().account_count() == 0);
  }
}

TEST_CASE_METHOD(ServiceFixture,
                 "Hostile: lost answers to create leave nothing behind however many", "[service]") {
  constexpr int kTries = 5;
  files().break_operation("create", {.when = When::after, .times = kTries});
  for (int i = 0; i < kTries; ++i) {
    CHECK(error_of(grants.grant(request({"files"}), progress)) == Errc::unreachable);
  }
  const auto made = granted({"files"});

  clock.advance(service::kCreateLimit);
  CHECK(purge().overdue.accounts == 0);

  CHECK(files().account_count() == 1);
  CHECK(files().has(made.accounts[0].user_name.str()));
  std::set<std::string> created;
  for (const std::string& call : files().calls()) {
    if (call.starts_with("create ")) {
      CHECK(created.insert(call).second);  // a name is never used twice
    }
  }
  CHECK(created.size() == kTries + 1);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Hostile: an account that becomes somebody else's at any step is let be",
                 "[service]") {
  for (const std::string step : kEndingSteps) {
    INFO(step);
    const auto made = granted({"files"}, Ttl(1h));
    const std::string user = made.accounts[0].user_name.str();
    files().on_call([&](const std::string& operation, const std::string&) {
      if (operation == step) {
        files().remove(user);
        files().add_foreign(user);
      }
    });
    clock.advance(1h);

    const auto report = purge();

    files().on_call(nullptr);
    CHECK(files().has(user));
    CHECK_FALSE(files().is_disabled(user));
    CHECK(stored(made.accounts[0]).state == AccountState::ending);
    REQUIRE(report.accounts.size() == 1);
    REQUIRE(report.accounts[0].problem);
    CHECK(report.overdue.accounts == 1);
    files().remove(user);
    clock.advance(1h);
    CHECK(purge().overdue.accounts == 0);
  }
}

TEST_CASE_METHOD(ServiceFixture, "Hostile: a flood of residue is told in short", "[service]") {
  const auto made = granted({"files"});
  constexpr std::size_t kMany = 10'000;
  files().set_residue(made.accounts[0].user_name.str(),
                      std::vector<std::string>(kMany, std::string(300, 'x')));

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  REQUIRE(report.accounts[0].problem);
  const std::string& told = report.accounts[0].problem->message;
  CHECK(told.size() < 4000);
  CHECK(told.find("and 9990 more") != std::string::npos);
  CHECK(stored(made.accounts[0]).last_error == told);
}

}  // namespace stagepass::tests
