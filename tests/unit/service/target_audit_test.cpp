#include "service_fixture.hpp"

#include <stagepass/service/target_audit.hpp>

#include <atomic>
#include <stop_token>
#include <thread>

namespace stagepass::tests {
namespace {

class AuditFixture : public ServiceFixture {
 public:
  service::TargetAudit audit(const char* target = "files") {
    return must(
        service::audit_target(workspace, target_name(target), {.stop_at = clock.now() + 5min}));
  }

  /// What a create leaves whose record was lost, as with a vault restored from last week.
  AccountRef orphan(std::uint8_t seed, const char* target = "files") {
    const AccountId id = AccountId::from_seed({9, 9, 9, 9, 9, 9, seed});
    AccountRef ref{id, user_name_for(id), vault.marker(id, target_name(target))};
    must(FakeDriver(drivers.world(target)).create({ref, clock.now() + 1h, nullptr, {}}, 1min));
    return ref;
  }
};

}  // namespace

TEST_CASE_METHOD(AuditFixture, "Audit: what is on record is left as it is", "[service]") {
  granted({"files", "shop"});
  const auto found = audit();
  CHECK(found.was_listed);
  CHECK(found.on_record == 1);
  CHECK(found.orphans.empty());
  CHECK(found.missing.empty());
  CHECK(found.foreign.empty());
  CHECK(files().account_count() == 1);
}

TEST_CASE_METHOD(AuditFixture, "Audit: an orphan is ended and proven gone and on the log",
                 "[service]") {
  granted({"files"});
  const AccountRef ref = orphan(1);
  files().forget_calls();

  const auto found = audit();

  REQUIRE(found.orphans.size() == 1);
  CHECK(found.orphans[0].user_name == ref.user_name);
  CHECK_FALSE(found.orphans[0].problem);
  CHECK(found.orphans[0].evidence.verified_at);
  CHECK_FALSE(files().has(ref.user_name.str()));
  CHECK(found.on_record == 1);
  CHECK(files().account_count() == 1);
  const auto log = must(store->audit_of(ref.id.str()));
  REQUIRE(log.size() == 2);
  CHECK(log[0].action == "account.orphan");
  CHECK(log[1].action == "account.gone");
  CHECK(audit().orphans.empty());
}

TEST_CASE_METHOD(AuditFixture, "Audit: an account that came back after it was gone is an orphan",
                 "[service]") {
  const auto made = granted({"files"});
  const AccountRef ref{made.accounts[0].id, made.accounts[0].user_name, made.accounts[0].marker};
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  must(FakeDriver(files()).create({ref, clock.now() + 1h, nullptr, {}}, 1min));

  CHECK(audit().orphans.size() == 1);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(AuditFixture, "Audit: an orphan that cannot be ended yet is told and found again",
                 "[service]") {
  const AccountRef ref = orphan(1);
  files().break_operation("erase");
  const auto found = audit();
  REQUIRE(found.orphans.size() == 1);
  CHECK(found.orphans[0].problem->code == Errc::unreachable);
  CHECK(files().is_disabled(ref.user_name.str()));

  INFO("within a quarter of an hour and not after a day");
  CHECK(must(store->target(target_name("files"))).next_audit_at == clock.now() + 15min);
  files().heal();
  CHECK_FALSE(audit().orphans.at(0).problem);
  CHECK(files().account_count() == 0);
  CHECK(must(store->target(target_name("files"))).next_audit_at == clock.now() + 24h);
}

TEST_CASE_METHOD(AuditFixture, "Audit: one bad record or account stops no other", "[service]") {
  const auto made = granted({"files"});
  const auto other = granted({"files"});
  const AccountRef ref = orphan(1);
  files().remove(other.accounts[0].user_name.str());
  files().remove(made.accounts[0].user_name.str());
  const std::string stubborn =
      std::min(made.accounts[0].user_name, other.accounts[0].user_name).str();
  files().on_call([&](const std::string& operation, const std::string& user) {
    const bool is_hit = operation == "probe" && user == stubborn;
    is_hit ? files().break_operation("probe") : files().break_operation("probe", {.times = 0});
  });

  const auto found = audit();

  CHECK(found.orphans.size() == 1);
  CHECK_FALSE(files().has(ref.user_name.str()));
  CHECK(found.problems.size() == 1);
  CHECK(found.missing.size() == 1);
  CHECK_FALSE(found.is_settled());
}

TEST_CASE_METHOD(AuditFixture, "Audit: ends in time and says that it was not complete",
                 "[service]") {
  for (int i = 0; i < 4; ++i) {
    orphan(static_cast<std::uint8_t>(i));
  }
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "verify_gone") {
      clock.advance(2min);
    }
  });
  const auto found = audit();
  CHECK_FALSE(found.was_complete);
  CHECK(found.orphans.size() == 3);
  files().on_call({});
  CHECK(audit().orphans.size() == 1);
}

TEST_CASE_METHOD(AuditFixture, "Audit: begins with no other account after it was asked to stop",
                 "[service]") {
  orphan(1);
  orphan(2);
  std::stop_source stop;
  files().on_call([&stop](const std::string& operation, const std::string&) {
    if (operation == "erase") {
      stop.request_stop();
    }
  });

  const auto found = must(service::audit_target(
      workspace, target_name("files"), {.stop_at = clock.now() + 5min, .stop = stop.get_token()}));

  CHECK_FALSE(found.was_complete);
  CHECK(found.orphans.size() == 1);
  CHECK(files().account_count() == 1);
}

TEST_CASE_METHOD(AuditFixture, "Audit: what was made for a removed target is told", "[service]") {
  const auto made = granted({"shop"});
  const Account& account = made.accounts[0];
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  must(service::TargetService(workspace).remove(target_name("shop")));
  files().add_foreign(account.user_name.str(), account.marker);
  const auto found = audit();
  REQUIRE(found.foreign.size() == 1);
  CHECK_THAT(found.foreign[0], Catch::Matchers::ContainsSubstring("which was removed"));
}

TEST_CASE_METHOD(AuditFixture,
                 "Audit: an account that somebody deleted is closed as already absent",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  const Account& account = made.accounts[0];
  files().remove(account.user_name.str());

  const auto found = audit();

  REQUIRE(found.missing.size() == 1);
  CHECK_FALSE(found.missing[0].problem);
  const Account closed = stored(account);
  CHECK(closed.state == AccountState::gone);
  CHECK(closed.evidence.was_already_absent);
  CHECK_FALSE(closed.secret);
  INFO("the rest of the grant goes on");
  CHECK(shop().account_count() == 1);
  CHECK_FALSE(must(store->grant(made.grant.id)).grant.ended_at);
}

TEST_CASE_METHOD(AuditFixture, "Audit: a grant whose last account somebody deleted has ended",
                 "[service]") {
  const auto made = granted({"files"});
  files().remove(made.accounts[0].user_name.str());
  CHECK(audit().missing.size() == 1);
  CHECK(must(store->grant(made.grant.id)).grant.ended_at == clock.now());
}

TEST_CASE_METHOD(AuditFixture, "Audit: what was deleted but left something behind stays due",
                 "[service]") {
  const auto made = granted({"files"});
  const std::string user = made.accounts[0].user_name.str();
  files().remove(user);
  files().set_residue(user, {"crontab of " + user});
  const auto found = audit();
  REQUIRE(found.missing.size() == 1);
  CHECK(found.missing[0].problem->code == Errc::pending);
  CHECK(must(store->overdue(clock.now())).accounts == 1);
}

TEST_CASE_METHOD(AuditFixture, "Audit: what is not ours is never touched", "[service]") {
  const AccountId other = AccountId::from_seed({1, 1, 1, 1, 1, 1, 1});
  files().add_foreign("sp0000000000");
  files().add_foreign("editor", "stagepass/test.1");
  INFO("another vault on the same host, and our own mark on somebody else's login");
  files().add_foreign(user_name_for(other).str(), "stagepass/a-0000000000.0000000000000000");
  const auto made = granted({"files"});
  files().add_foreign("root", made.accounts[0].marker);
  files().forget_calls();

  const auto found = audit();

  CHECK(found.orphans.empty());
  CHECK(found.foreign.size() == 3);
  CHECK(files().calls() == std::vector<std::string>{"list_marked"});
  CHECK(files().account_count() == 5);
}

TEST_CASE_METHOD(AuditFixture, "Audit: an account of ours that lost its mark is told and untouched",
                 "[service]") {
  const auto made = granted({"files"});
  files().add_foreign(made.accounts[0].user_name.str());
  const auto found = audit();
  CHECK(found.foreign.size() == 1);
  CHECK(found.missing.empty());
  CHECK(stored(made.accounts[0]).state == AccountState::active);
}

TEST_CASE_METHOD(AuditFixture, "Audit: two targets on one host do not take each other for orphans",
                 "[service]") {
  const auto made = granted({"shop"});
  const Account& account = made.accounts[0];
  files().add_foreign(account.user_name.str(), account.marker);
  const auto found = audit();
  CHECK(found.orphans.empty());
  CHECK(found.foreign.empty());
  CHECK(files().account_count() == 1);
}

TEST_CASE_METHOD(AuditFixture, "Audit: an account that is being made is neither orphan nor missing",
                 "[service]") {
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "create") {
      files().on_call({});
      const auto found = audit();
      CHECK(found.orphans.empty());
      CHECK(found.missing.empty());
    }
  });
  granted({"files"});
  CHECK(files().account_count() == 1);
}

TEST_CASE_METHOD(AuditFixture, "Audit: a target that does not answer is not empty", "[service]") {
  const auto made = granted({"files"});
  files().set_down(true);
  CHECK(error_of(service::audit_target(workspace, target_name("files"),
                                       {.stop_at = clock.now() + 5min})) == Errc::unreachable);
  CHECK(stored(made.accounts[0]).state == AccountState::active);
}

TEST_CASE_METHOD(AuditFixture, "Audit: without a listing what is missing is still found",
                 "[service]") {
  const auto gone = granted({"files"});
  granted({"files"});
  files().remove(gone.accounts[0].user_name.str());
  files().break_operation("list_marked", {.error = {Errc::invalid_argument, "cannot list", ""}});
  const auto found = audit();
  CHECK_FALSE(found.was_listed);
  CHECK(found.missing.size() == 1);
  CHECK(found.on_record == 1);
}

TEST_CASE_METHOD(AuditFixture, "Purge: compares each target once a day and sooner if that failed",
                 "[service]") {
  clock.advance(24h);
  CHECK(purge().audits.size() == 2);
  CHECK(purge().audits.empty());
  orphan(1);
  clock.advance(24h);
  files().set_down(true);
  CHECK(purge().audits.size() == 2);
  clock.advance(15min);
  const auto again = purge();
  REQUIRE(again.audits.size() == 1);
  CHECK(error_of(again.audits[0].second) == Errc::unreachable);
  files().heal();
  clock.advance(15min);
  CHECK(must(purge().audits.at(0).second).orphans.size() == 1);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(AuditFixture, "Purge: compares nothing where that is not wanted", "[service]") {
  clock.advance(240h);
  service::ExpiryScheduler scheduler(workspace, {.audit_every = std::nullopt});
  CHECK(must(scheduler.run_due(progress, {})).audits.empty());
}

TEST_CASE_METHOD(ServiceFixture, "Purge: a target that answers again is taken up at once",
                 "[service]") {
  for (int i = 0; i < 5; ++i) {
    granted({"files"}, Ttl(1h));
  }
  clock.advance(1h);
  files().set_down(true);
  for (int i = 0; i < 5; ++i) {
    purge();  // each puts off the one it tried
  }
  files().heal();
  CHECK(must(store->due(clock.now(), 10)).empty());
  INFO("the first that is due again brings all the others with it");
  clock.set(*must(store->next_due()));
  CHECK(purge().overdue.accounts == 0);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: a target that answers a comparison is taken up in the next minute",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(24h));
  clock.advance(24h);
  files().set_down(true);
  const auto next_audit = [&] { return must(store->target(target_name("files"))).next_audit_at; };
  purge();
  while (*must(store->next_due()) <= next_audit() + 5min) {
    clock.set(*must(store->next_due()));
    purge();
  }
  files().heal();
  clock.set(next_audit());
  CHECK(purge().audits.size() == 1);
  CHECK(files().account_count() == 1);
  clock.advance(1min);
  CHECK(purge().overdue.accounts == 0);
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Purge: a target is worked on over as many connections as it allows",
                 "[service]") {
  must(service::TargetService(workspace).add(
      {.name = target_name("wide"), .driver = "fake", .settings = {{"connections", "3"}}},
      progress));
  for (int i = 0; i < 12; ++i) {
    granted({"wide"}, Ttl(1h));
  }
  clock.advance(1h);
  std::atomic<int> open = 0;
  std::atomic<int> most = 0;
  drivers.world("wide").on_call([&](const std::string& operation, const std::string&) {
    if (operation == "probe") {
      const int now_open = ++open;
      for (int seen = most; seen < now_open && !most.compare_exchange_weak(seen, now_open);) {
      }
      std::this_thread::yield();
    } else if (operation == "verify_gone") {
      --open;
    }
  });
  CHECK(purge().accounts.size() == 12);
  CHECK(most <= 3);
  CHECK(drivers.world("wide").account_count() == 0);
}

}  // namespace stagepass::tests
