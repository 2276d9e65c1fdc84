#include "service_fixture.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace stagepass::tests {

TEST_CASE_METHOD(ServiceFixture, "Grant: makes an account on every target and records it active",
                 "[service]") {
  const auto made = granted({"files", "shop"});

  REQUIRE(made.accounts.size() == 2);
  CHECK(made.grant.expires_at == clock.now() + 8h);
  for (const Account& account : made.accounts) {
    CHECK(account.state == AccountState::active);
    CHECK(account.next_at == made.grant.expires_at);
    CHECK(drivers.world(account.target.str()).expiry_of(account.user_name.str()) ==
          made.grant.expires_at);
    CHECK(drivers.world(account.target.str())
              .login_works(account.user_name.str(), password_of(account)));
  }
  CHECK_FALSE(password_of(made.accounts[0]) == password_of(made.accounts[1]));
}

TEST_CASE_METHOD(ServiceFixture, "Grant: the intent is recorded before the target hears of it",
                 "[service]") {
  bool was_recorded = false;
  files().on_call([&](const std::string& operation, const std::string& user) {
    if (operation == "create") {
      const auto open = must(store->grants({}, std::nullopt, 10));
      was_recorded = open.size() == 1 && open[0].accounts[0].user_name.str() == user &&
                     open[0].accounts[0].state == AccountState::planned &&
                     open[0].accounts[0].secret.has_value();
    }
  });

  granted({"files"});

  CHECK(was_recorded);
}

TEST_CASE_METHOD(ServiceFixture, "Grant: what cannot be made completely is taken back",
                 "[service]") {
  shop().break_operation("create", {.error = {Errc::refused, "no rights", "give it rights"}});

  const auto result = grants.grant(request({"files", "shop"}), progress);

  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::refused);
  CHECK(result.error().message == "no account could be made on shop: no rights");
  CHECK(files().account_count() == 0);
  CHECK(shop().account_count() == 0);
  CHECK(must(store->grants({}, std::nullopt, 10)).empty());
  CHECK(must(store->overdue(clock.now())).accounts == 0);
}

TEST_CASE_METHOD(
    ServiceFixture,
    "Grant: a create without a reply is shut at once and watched until it can come no more",
    "[service]") {
  files().break_operation("create", {.when = FakeFault::When::after});

  const auto result = grants.grant(request({"files"}), progress);

  CHECK(error_of(result) == Errc::unreachable);
  CHECK(files().account_count() == 0);
  // The target may still be working on it: not gone yet, and purge looks when the time is over.
  CHECK(must(store->overdue(clock.now())).accounts == 1);
  CHECK(purge().accounts.empty());
  clock.advance(10min);
  CHECK(purge().overdue.accounts == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Grant: revoked while it is being made leaves nothing on the target",
                 "[service]") {
  service::GrantService other(workspace);
  std::vector<service::AccountOutcome> seen_by_other;
  bool was_revoked = false;
  shop().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "create" && !std::exchange(was_revoked, true)) {
      seen_by_other =
          must(other.end({.target = target_name("shop")}, EndReason::revoked, progress)).accounts;
    }
  });

  const auto result = grants.grant(request({"files", "shop"}), progress);

  CHECK(error_of(result) == Errc::conflict);
  CHECK(shop().account_count() == 0);
  CHECK(files().account_count() == 0);
  // The one who revoked is told that the account being made is not proven gone.
  CHECK(std::any_of(seen_by_other.begin(), seen_by_other.end(),
                    [](const auto& outcome) { return outcome.problem.has_value(); }));
  // The one who was making it has stopped and proves it gone: nobody has to wait for his lease.
  CHECK(must(store->overdue(clock.now())).accounts == 0);
}

TEST_CASE_METHOD(ServiceFixture, "Grant: made after its record was closed is undone on the target",
                 "[service]") {
  // As after a suspend of the machine: the scheduler has proven the account gone in the meantime.
  bool was_closed = false;
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "create" && !std::exchange(was_closed, true)) {
      clock.advance(10min);
      CHECK(purge().overdue.accounts == 0);
    }
  });

  CHECK(error_of(grants.grant(request({"files"}), progress)) == Errc::conflict);

  CHECK(was_closed);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Grant: a leftover that cannot be taken back stays overdue until purge has it",
                 "[service]") {
  files().break_operation("create", {.when = FakeFault::When::after});
  files().break_operation("disable", {.times = FakeFault::kEver});

  const auto result = grants.grant(request({"files"}), progress);

  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("not proven gone yet") != std::string::npos);
  CHECK(result.error().hint.find("stagepass purge") != std::string::npos);
  CHECK(must(store->overdue(clock.now())).accounts == 1);

  files().heal();
  clock.advance(1h);
  CHECK(purge().overdue.accounts == 0);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Grant: a target whose turn comes too late is not asked to make an account",
                 "[service]") {
  files().on_call([this](const std::string& operation, const std::string&) {
    if (operation == "create") {
      clock.advance(9min + 30s);
    }
  });

  CHECK(error_of(grants.grant(request({"files", "shop"}), progress)) == Errc::unavailable);

  for (const std::string& call : shop().calls()) {
    CHECK_FALSE(call.starts_with("create"));
  }
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture, "Grant: refusals change nothing and reach no target",
                 "[service]") {
  must(TargetService(workspace).add(
      {.name = target_name("live"), .driver = "fake", .environment = Environment::live}, progress));
  auto no_password = request({"files"});
  no_password.password = GrantRequest::Password::no;

  CHECK(error_of(grants.grant(request({}), progress)) == Errc::invalid_argument);
  CHECK(error_of(grants.grant(request({"files", "files"}), progress)) == Errc::invalid_argument);
  CHECK(error_of(grants.grant(request({"files", "nowhere"}), progress)) == Errc::not_found);
  CHECK(error_of(grants.grant(request({"files", "live"}), progress)) == Errc::policy);
  CHECK(error_of(grants.grant(request({"files"}, clock.now()), progress)) == Errc::expired);
  CHECK(error_of(grants.grant(request({"files"}, Ttl(59s)), progress)) == Errc::policy);
  CHECK(error_of(grants.grant(request({"files"}, Ttl(35 * 24h + 1s)), progress)) == Errc::policy);
  CHECK(error_of(grants.grant(no_password, progress)) == Errc::invalid_argument);

  CHECK(must(store->grants({.include = GrantFilter::Include::all}, std::nullopt, 10)).empty());
  CHECK(files().calls().empty());
}

TEST_CASE_METHOD(ServiceFixture, "Grant: an account for a key only has no secret at all",
                 "[service]") {
  auto wanted = request({"files"});
  wanted.password = GrantRequest::Password::no;
  wanted.public_key = must(SshPublicKey::parse(
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk3mQxDPR5BB8mGAXa9ZSpVFPDYNa5qaUhl5gHZQmLO ana"));

  const auto made = must(grants.grant(wanted, progress));

  CHECK_FALSE(made.accounts[0].secret.has_value());
}

TEST_CASE_METHOD(ServiceFixture, "Grant: a crash after the plan is cleaned up by purge",
                 "[service]") {
  struct Crash {};
  bool is_after_create = GENERATE(false, true);
  if (is_after_create) {
    shop().on_call([](const std::string& operation, const std::string&) {
      if (operation == "create") {
        throw Crash();
      }
    });
    CHECK_THROWS_AS(grants.grant(request({"files", "shop"}), progress), Crash);
    REQUIRE(files().account_count() == 1);
    shop().on_call(nullptr);
  } else {
    files().on_call([](const std::string& operation, const std::string&) {
      if (operation == "create") {
        throw Crash();
      }
    });
    CHECK_THROWS_AS(grants.grant(request({"files", "shop"}), progress), Crash);
    files().on_call(nullptr);
  }

  CHECK(purge().accounts.empty());  // still within the time a create may take

  clock.advance(10min);
  purge();

  // Nobody was told of this grant: what was finished of it goes with the rest.
  purge();
  CHECK(shop().account_count() == 0);
  CHECK(files().account_count() == 0);
  const auto all = must(store->grants({.include = GrantFilter::Include::all}, std::nullopt, 10));
  CHECK(all.front().grant.end_reason == EndReason::not_created);
  CHECK(must(store->overdue(clock.now())).accounts == 0);
}

TEST_CASE_METHOD(ServiceFixture, "Grant: the password follows the target's own policy",
                 "[service]") {
  must(TargetService(workspace).add(
      {.name = target_name("pin"), .driver = "fake", .settings = {{"password_policy", "digits"}}},
      progress));
  const auto made = granted({"pin"});

  const Secret password = password_of(made.accounts[0]);
  CHECK(password.reveal_text().find_first_not_of("0123456789") == std::string_view::npos);
  CHECK(error_of(TargetService(workspace).add({.name = target_name("odd"),
                                               .driver = "fake",
                                               .settings = {{"password_policy", "nonsense"}}},
                                              progress)) == Errc::not_found);
}

}  // namespace stagepass::tests
