#include "service_fixture.hpp"

#include <algorithm>
#include <optional>
#include <proof/simulation/forwarding_store.hpp>
#include <set>
#include <thread>

namespace stagepass::tests {
namespace {

class CountingListener final : public service::ExpiryScheduler::Listener {
 public:
  void ran(const service::PurgeReport& /*report*/) override {}
  void failed(const Error& /*error*/) override { ++errors; }
  void step(std::string_view /*text*/) override {}
  void warn(std::string_view /*text*/) override {}
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}

  std::atomic<int> errors = 0;
};

/// A record of the target "files" cannot be read.
class DamagedStore final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::optional<Account>> claim_due(const TargetName& target, Timestamp now,
                                           Timestamp lease_until) override {
    if (target.str() == "files") {
      return fail(Errc::corrupt, "a damaged record");
    }
    return ForwardingStore::claim_due(target, now, lease_until);
  }
};

}  // namespace

TEST_CASE_METHOD(ServiceFixture, "Purge: nothing happens a second before the end and all at it",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));

  clock.advance(1h - 1s);
  CHECK(purge().accounts.empty());
  CHECK(files().account_count() == 1);

  clock.advance(1s);
  const auto report = purge();
  CHECK(report.accounts.size() == 1);
  CHECK(report.overdue.accounts == 0);
  CHECK(files().account_count() == 0);
  CHECK(must(store->grant(made.grant.id)).grant.end_reason == EndReason::expired);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: a target that is down for a week is retried until it is back",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  files().set_down(true);
  clock.advance(1h);
  constexpr std::size_t kHours = 168;
  std::size_t attempts = 0;
  for (std::size_t hour = 0; hour < kHours; ++hour) {
    const auto report = purge();
    attempts += report.accounts.size();
    REQUIRE(report.overdue.accounts == 1);
    clock.advance(1h);
  }
  CHECK(attempts == kHours);

  files().heal();
  CHECK(purge().overdue.accounts == 0);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: one lane per target so a dead one does not stop the others", "[service]") {
  for (int i = 0; i < 5; ++i) {
    granted({"files"}, Ttl(1h));
    granted({"shop"}, Ttl(1h));
  }
  files().set_down(true);
  clock.advance(2h);

  const auto report = purge();

  CHECK(shop().account_count() == 0);
  CHECK(files().account_count() == 5);
  CHECK(report.accounts.size() == 6);  // five gone, and one try where nobody answered
  CHECK(report.overdue.accounts == 5);
  CHECK(report.overdue.oldest == clock.now() - 1h);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: what was never made on a dead target keeps no account alive on another",
                 "[service]") {
  for (int i = 0; i < 5; ++i) {
    granted({"shop"}, Ttl(1h));
  }
  clock.advance(1h);
  shop().set_down(true);
  shop().on_call([](const std::string& operation, const std::string&) {
    if (operation == "create") {
      throw 1;
    }
  });
  CHECK_THROWS(granted({"files", "shop"}));
  CHECK(files().account_count() == 1);
  clock.advance(service::kCreateLimit);

  purge();
  purge();

  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture, "Purge: two at once never end the same account", "[service]") {
  for (int i = 0; i < 40; ++i) {
    granted({"files"}, Ttl(1h));
  }
  clock.advance(1h);
  files().forget_calls();

  PurgeReport first;
  PurgeReport second;
  {
    const std::jthread one([&] { first = purge(); });
    const std::jthread two([&] { second = purge(); });
  }

  CHECK(first.accounts.size() + second.accounts.size() == 40);
  auto calls = files().calls();
  std::sort(calls.begin(), calls.end());
  CHECK(std::adjacent_find(calls.begin(), calls.end()) == calls.end());
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: an account left by a killed purge is taken up after its lease",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  clock.advance(1h);
  REQUIRE(must(store->claim_due(target_name("files"), clock.now(), clock.now() + service::kLease)));

  CHECK(purge().accounts.empty());
  CHECK(purge().overdue.accounts == 1);

  clock.advance(service::kLease);
  CHECK(purge().overdue.accounts == 0);
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: a lease that was taken a moment later by another clock stays one",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  clock.advance(1h);
  REQUIRE(must(
      store->claim_due(target_name("files"), clock.now(), clock.now() + 30s + service::kLease)));

  CHECK(purge().accounts.empty());
  CHECK(files().account_count() == 1);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: a person who revokes first wins and the purge result is dropped",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  clock.advance(1h);
  REQUIRE(must(store->claim_due(target_name("files"), clock.now(), clock.now() + service::kLease)));

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));

  CHECK_FALSE(report.accounts[0].problem);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: goes on with the others after somebody took an account over meanwhile",
                 "[service]") {
  const auto one = granted({"files"}, Ttl(1h)).accounts[0];
  const auto other = granted({"files"}, Ttl(1h)).accounts[0];
  clock.advance(1h);
  std::optional<AccountId> taken;
  files().on_call([&](const std::string& operation, const std::string& user) {
    if (operation == "verify_gone" && !taken) {
      ChangeSet changes;
      changes.accounts.push_back(stored(user == one.user_name.str() ? one : other));
      changes.accounts.front().leased_until = clock.now() + 2 * service::kLease;
      must(store->commit(changes));
      taken = changes.accounts.front().id;
    }
  });

  const auto report = purge();

  REQUIRE(taken);
  CHECK(report.accounts.size() == 1);
  CHECK(stored(*taken == one.id ? other : one).state == AccountState::gone);
}

TEST_CASE_METHOD(ServiceFixture, "Purge: a damaged record on one target stops no other target",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  const auto healthy = granted({"shop"}, Ttl(1h)).accounts[0];
  clock.advance(1h);
  DamagedStore damaged(*store);
  service::Workspace sick{damaged, vault, drivers, *guard, random, "cron", {}};

  const auto report = must(ExpiryScheduler(sick, {}).run_due(progress, std::stop_token()));

  REQUIRE(report.problem);
  CHECK(report.problem->code == Errc::corrupt);
  CHECK(stored(healthy).state == AccountState::gone);
  CHECK(report.overdue.accounts == 1);
}

TEST_CASE_METHOD(ServiceFixture, "Purge: begins nothing new after it was asked to stop",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  granted({"files"}, Ttl(1h));
  clock.advance(1h);
  std::stop_source stop;
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "disable") {
      stop.request_stop();
    }
  });

  const auto report = must(ExpiryScheduler(workspace, {}).run_due(progress, stop.get_token()));

  CHECK(report.accounts.size() == 1);
  CHECK_FALSE(report.accounts[0].problem);  // the one at hand was finished
  CHECK(files().account_count() == 1);
}

TEST_CASE_METHOD(ServiceFixture, "Purge: stops taking on work when its time is over", "[service]") {
  for (int i = 0; i < 3; ++i) {
    granted({"files"}, Ttl(1h));
  }
  clock.advance(1h);
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "verify_gone") {
      clock.advance(40s);
    }
  });

  const auto report =
      must(ExpiryScheduler(workspace, {.run_limit = 1min}).run_due(progress, std::stop_token()));

  CHECK(report.accounts.size() == 2);
  CHECK(report.overdue.accounts == 1);
}

TEST_CASE_METHOD(ServiceFixture, "Purge: what was begun in time is finished after its time is over",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  clock.advance(1h);
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "disable") {
      clock.advance(2min);
    }
  });

  const auto report =
      must(ExpiryScheduler(workspace, {.run_limit = 1min}).run_due(progress, std::stop_token()));

  REQUIRE(report.accounts.size() == 1);
  CHECK_FALSE(report.accounts[0].problem);
  CHECK(report.overdue.accounts == 0);
}

TEST_CASE_METHOD(ServiceFixture, "Watch: wakes at the end of a grant and leaves when told to",
                 "[service]") {
  granted({"files"}, Ttl(1min));
  ExpiryScheduler scheduler(workspace, {});
  std::stop_source stop;
  CountingListener listener;
  std::jthread watch([&] { must(scheduler.run(stop.get_token(), listener)); });

  while (files().account_count() > 0) {
    clock.set(clock.earliest_wakeup());
  }

  CHECK(clock.now() <= Timestamp(std::chrono::seconds(1'900'000'000)) + 1min + 5s);
  stop.request_stop();
  watch.join();
  CHECK(listener.errors == 0);
}

TEST_CASE("Retry delay: doubles to a quarter of an hour and is spread by half", "[service]") {
  SeededRandom random;
  std::set<Ttl> seen;
  for (int i = 0; i < 200; ++i) {
    const Ttl first = service::retry_delay(0, random);
    CHECK((first >= 5s && first <= 15s));
    const Ttl late = service::retry_delay(1000, random);
    CHECK((late >= 450s && late <= 1350s));
    seen.insert(late);
  }
  CHECK(seen.size() > 50);
}

}  // namespace stagepass::tests
