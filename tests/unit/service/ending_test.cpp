#include "service_fixture.hpp"

#include <algorithm>

namespace stagepass::tests {

TEST_CASE_METHOD(ServiceFixture,
                 "End: disable comes before sessions, sessions before delete, proof last",
                 "[service]") {
  const auto made = granted({"files"});
  const std::string user = made.accounts[0].user_name.str();
  files().forget_calls();

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  REQUIRE(report.accounts.size() == 1);
  CHECK_FALSE(report.accounts[0].problem);
  CHECK(files().calls() == std::vector<std::string>{"probe " + user, "disable " + user,
                                                    "end_sessions " + user, "erase " + user,
                                                    "verify_gone " + user});
}

TEST_CASE_METHOD(ServiceFixture, "End: a gone account keeps its proof and loses its secret",
                 "[service]") {
  const auto made = granted({"files"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const Account gone = stored(made.accounts[0]);
  CHECK(gone.state == AccountState::gone);
  CHECK_FALSE(gone.secret.has_value());
  CHECK_FALSE(gone.next_at.has_value());
  CHECK(gone.evidence.login == LoginCheck::refused);
  CHECK(gone.evidence.disabled_at.has_value());
  CHECK(gone.evidence.verified_at.has_value());
  CHECK_FALSE(gone.evidence.was_already_absent);
  const Grant grant = must(store->grant(made.grant.id)).grant;
  CHECK(grant.end_reason == EndReason::finished);
  CHECK(grant.ended_by == "merchant (uid 1000)");
}

TEST_CASE_METHOD(ServiceFixture, "End: an account deleted by hand counts as gone and says so",
                 "[service]") {
  const auto made = granted({"files"});
  files().remove(made.accounts[0].user_name.str());

  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  CHECK(stored(made.accounts[0]).state == AccountState::gone);
  CHECK(stored(made.accounts[0]).evidence.was_already_absent);
}

TEST_CASE_METHOD(ServiceFixture, "End: a target that does not answer is asked once, not for each",
                 "[service]") {
  for (int i = 0; i < 3; ++i) {
    granted({"files"});
  }
  files().set_down(true);
  files().forget_calls();

  const auto report =
      must(grants.end({.target = target_name("files")}, EndReason::revoked, progress));

  CHECK(files().calls().size() == 1);
  REQUIRE(report.accounts.size() == 3);
  for (const auto& outcome : report.accounts) {
    REQUIRE(outcome.problem);
    CHECK(outcome.problem->code == Errc::unreachable);
    CHECK(stored(outcome.account).state == AccountState::ending);
  }
}

TEST_CASE_METHOD(ServiceFixture, "End: an account that is not ours is never touched", "[service]") {
  const auto made = granted({"files"});
  const std::string user = made.accounts[0].user_name.str();
  files().remove(user);
  files().add_foreign(user);
  files().forget_calls();

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));

  REQUIRE(report.accounts[0].problem);
  CHECK(report.accounts[0].problem->code == Errc::refused);
  CHECK(files().calls() == std::vector<std::string>{"probe " + user});
  CHECK(files().has(user));
  CHECK(must(store->overdue(clock.now())).accounts == 1);
}

TEST_CASE_METHOD(ServiceFixture, "End: a row that this vault did not write touches nothing",
                 "[service]") {
  // The mark of another vault on the same target, as anybody may read it there.
  auto wanted = granted({"files"});
  store = store::make_memory_store({"ffeeddccbbaa99887766554433221100", clock.now(), {}});
  guard = must(service::ClockGuard::open(clock, *store));
  service::Workspace edited{*store, vault, drivers, *guard, random, "merchant (uid 1000)", {}};
  ChangeSet rows;
  rows.cases.push_back({wanted.grant.case_ref, clock.now()});
  rows.recipients.push_back({wanted.grant.recipient, clock.now()});
  rows.new_targets.push_back(
      {.name = target_name("files"), .driver = "fake", .created_at = clock.now()});
  rows.new_grants.push_back(wanted.grant);
  rows.new_accounts.push_back(wanted.accounts[0]);
  rows.new_accounts[0].marker = "stagepass/a-0000000000.0000000000000000";
  rows.audit.push_back(service::audit_entry(edited, "test", wanted.grant.id.str(), ""));
  rows.audit.push_back(service::audit_entry(edited, "test", "files", ""));
  must(service::commit(edited, rows));
  files().forget_calls();

  const auto report = must(
      service::GrantService(edited).end({.id = wanted.grant.id}, EndReason::revoked, progress));

  REQUIRE(report.accounts[0].problem);
  CHECK(report.accounts[0].problem->code == Errc::corrupt);
  CHECK(files().calls().empty());
}

TEST_CASE_METHOD(ServiceFixture, "End: a target that says ok but keeps the account is caught",
                 "[service]") {
  const auto made = granted({"files"});
  files().break_operation("erase", {.when = FakeFault::When::lie});

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  REQUIRE(report.accounts[0].problem);
  CHECK(report.accounts[0].problem->code == Errc::pending);
  CHECK(stored(made.accounts[0]).state == AccountState::ending);
  CHECK(stored(made.accounts[0]).secret.has_value());
}

TEST_CASE_METHOD(ServiceFixture, "End: residue keeps an account from being gone", "[service]") {
  const auto made = granted({"files"});
  const std::string user = made.accounts[0].user_name.str();
  files().set_residue(user, {"crontab of " + user});

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  REQUIRE(report.accounts[0].problem);
  CHECK(report.accounts[0].problem->message.find("crontab of " + user) != std::string::npos);
}

TEST_CASE_METHOD(ServiceFixture, "End: a dead target does not hold up the others and is retried",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  shop().set_down(true);

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));

  CHECK(files().account_count() == 0);
  CHECK(shop().account_count() == 1);
  CHECK(std::count_if(report.accounts.begin(), report.accounts.end(),
                      [](const auto& outcome) { return outcome.problem.has_value(); }) == 1);
  shop().heal();
  clock.advance(30s);
  CHECK(purge().overdue.accounts == 0);
  CHECK(shop().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture, "End: by case, recipient or target ends all that match",
                 "[service]") {
  const auto first = granted({"files"});
  auto other = request({"shop"});
  other.case_ref = must(CaseRef::parse("MSP-2"));
  const auto second = must(grants.grant(other, progress));

  CHECK(must(grants.end({.case_ref = first.grant.case_ref}, EndReason::finished, progress))
            .grants.size() == 1);
  CHECK(stored(second.accounts[0]).state == AccountState::active);
  CHECK(must(grants.end({.target = target_name("shop")}, EndReason::revoked, progress))
            .grants.size() == 1);
  CHECK(stored(second.accounts[0]).state == AccountState::gone);
  CHECK(error_of(grants.end({.recipient = first.grant.recipient}, EndReason::revoked, progress)) ==
        Errc::not_found);
}

TEST_CASE_METHOD(ServiceFixture, "End: twice is no error and changes nothing", "[service]") {
  const auto made = granted({"files"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  const Account before = stored(made.accounts[0]);

  const auto again = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));

  CHECK_FALSE(again.accounts[0].problem);
  CHECK(again.grants[0].end_reason == EndReason::finished);
  CHECK(stored(made.accounts[0]).version == before.version);
  CHECK(error_of(grants.end({.id = must(GrantId::parse("g-0000000000"))}, EndReason::revoked,
                            progress)) == Errc::not_found);
}

TEST_CASE_METHOD(ServiceFixture, "End: works without the secret and then says no login was tried",
                 "[service]") {
  const auto made = granted({"files"});
  Account damaged = made.accounts[0];
  damaged.secret->ciphertext.back() ^= 1;
  record(damaged);

  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  CHECK(stored(made.accounts[0]).state == AccountState::gone);
  CHECK(stored(made.accounts[0]).evidence.login == LoginCheck::not_tried);
}

TEST_CASE_METHOD(ServiceFixture, "End: a retrieve that is recorded meanwhile does not undo the end",
                 "[service]") {
  const auto made = granted({"files"});
  const auto record_retrieve = [&] {
    Account retrieved = stored(made.accounts[0]);
    retrieved.retrieval.retrieved_at = clock.now();
    retrieved.retrieval.retrieved_by = "ana";
    record(retrieved);
  };

  SECTION("while the target is worked on") {
    files().on_call([&](const std::string& operation, const std::string&) {
      if (operation == "end_sessions") {
        record_retrieve();
      }
    });
    const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));
    CHECK_FALSE(report.accounts[0].problem);
  }
  SECTION("between the claim and the record of the end") {
    clock.advance(8h);
    const auto claimed =
        must(store->claim_due(target_name("files"), clock.now(), clock.now() + service::kLease));
    REQUIRE(claimed);
    record_retrieve();
    const auto outcome = must(service::AccountEnder(workspace).end(*claimed, EndReason::expired));
    CHECK_FALSE(outcome.problem);
  }

  const Account gone = stored(made.accounts[0]);
  CHECK(gone.state == AccountState::gone);
  CHECK(gone.retrieval.retrieved_by == "ana");
  CHECK_FALSE(gone.secret.has_value());
}

TEST_CASE_METHOD(ServiceFixture, "End: goes on with what somebody else has tried meanwhile",
                 "[service]") {
  granted({"files"});
  granted({"files"});
  std::optional<Account> tried;
  const auto try_the_other_one = [&](bool is_in_reach) {
    tried =
        must(store->claim_due(target_name("files"), clock.now(), clock.now() + service::kLease));
    REQUIRE(tried);
    files().set_down(!is_in_reach);
    must(service::AccountEnder(workspace).end(*tried, EndReason::expired));
    files().set_down(false);
  };
  bool is_in_reach = false;
  SECTION("without success") {
    is_in_reach = false;
  }
  SECTION("with success") {
    is_in_reach = true;
  }
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "verify_gone" && !tried) {
      try_the_other_one(is_in_reach);
    }
  });

  const auto report = must(
      grants.end({.case_ref = must(CaseRef::parse("MSP-48213"))}, EndReason::finished, progress));

  REQUIRE(report.accounts.size() == 2);
  for (const auto& outcome : report.accounts) {
    CHECK_FALSE(outcome.problem);
    const Account account = stored(outcome.account);
    CHECK(account.state == AccountState::gone);
    CHECK(service::is_authentic(workspace, account));
    CHECK(account.attempts == (account.id == tried->id && !is_in_reach ? 1 : 0));
  }
}

TEST_CASE_METHOD(ServiceFixture,
                 "End: an account that somebody else took over meanwhile is left to him",
                 "[service]") {
  const auto made = granted({"files"});
  clock.advance(8h);
  const auto lost =
      must(store->claim_due(target_name("files"), clock.now(), clock.now() + service::kLease));
  REQUIRE(lost);
  must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));
  files().forget_calls();

  CHECK(error_of(service::AccountEnder(workspace).end(*lost, EndReason::expired)) ==
        Errc::conflict);

  CHECK(files().calls().empty());
}

}  // namespace stagepass::tests
