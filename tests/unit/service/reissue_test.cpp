// New credentials for the accounts of a grant, and the old ones never again.
#include "service_fixture.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/receipt.hpp>
#include <stagepass/service/reissue_service.hpp>

#include <algorithm>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Contains;

struct Crash {};

class ReissueFixture : public ServiceFixture {
 public:
  Result<GrantWithAccounts> reissue(const GrantWithAccounts& made) {
    return service::ReissueService(workspace).reissue({made.grant.id}, progress);
  }

  Result<void> retrieve(const GrantWithAccounts& made) {
    return grants.retrieve(made.grant.id, std::nullopt,
                           [](const service::ShownGrant&) { return Result<void>(); });
  }

  GrantWithAccounts granted_with(std::optional<End> retrieve_by, std::optional<Ttl> work_time) {
    auto asked = request({"files"});
    asked.retrieve_by = retrieve_by;
    asked.work_time = work_time;
    return must(grants.grant(asked, progress));
  }

  void check_unchanged(const GrantWithAccounts& made) {
    const auto now = must(store->grant(made.grant.id));
    CHECK_FALSE(now.grant.ended_at);
    for (std::size_t i = 0; i < made.accounts.size(); ++i) {
      CHECK(now.accounts[i].state == AccountState::active);
      CHECK(password_of(now.accounts[i]) == password_of(made.accounts[i]));
    }
  }

  void check_ended(const GrantWithAccounts& made) {
    CHECK(must(store->grant(made.grant.id)).grant.end_reason == EndReason::not_created);
    CHECK(files().account_count() == 0);
    CHECK(shop().account_count() == 0);
    for (const Account& account : made.accounts) {
      CHECK(stored(account).state == AccountState::gone);
    }
  }
};

}  // namespace

TEST_CASE_METHOD(ReissueFixture,
                 "Reissue: the new password opens the same account, and the old one does not",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  must(retrieve(made));
  clock.advance(1h);

  const auto after = must(reissue(made));

  CHECK(after.grant.expires_at == made.grant.expires_at);
  REQUIRE(after.accounts.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const Account& account = after.accounts[i];
    const std::string user = account.user_name.str();
    const FakeTarget& world = drivers.world(account.target.str());
    CHECK(account.id == made.accounts[i].id);
    CHECK(user == made.accounts[i].user_name.str());
    CHECK(account.state == AccountState::active);
    CHECK(account.ends_at == made.accounts[i].ends_at);
    CHECK(account.next_at == made.accounts[i].ends_at);
    CHECK_FALSE(account.leased_until);
    CHECK(service::is_authentic(workspace, account));
    CHECK(world.account_count() == 1);
    CHECK(world.login_works(user, password_of(account)));
    CHECK_FALSE(world.login_works(user, password_of(made.accounts[i])));
  }
}

TEST_CASE_METHOD(ReissueFixture,
                 "Reissue: the old door is shut and emptied before the new one opens",
                 "[service]") {
  const auto made = granted({"files"});
  files().forget_calls();

  must(reissue(made));

  const std::string user = " " + made.accounts[0].user_name.str();
  CHECK(files().calls() ==
        std::vector{"probe" + user, "disable" + user, "end_sessions" + user, "create" + user});
}

TEST_CASE_METHOD(ReissueFixture,
                 "Reissue: what is new is shown once, and what was shown never again",
                 "[service]") {
  const auto made = granted({"files"});
  must(retrieve(made));
  const auto after = must(reissue(made));
  const Secret expected = password_of(after.accounts[0]);
  bool was_shown = false;

  must(grants.retrieve(made.grant.id, std::nullopt,
                       [&](const service::ShownGrant& shown) -> Result<void> {
                         was_shown = *shown.credentials.front().password == expected;
                         return {};
                       }));

  CHECK(was_shown);
  CHECK(error_of(retrieve(made)) == Errc::already_retrieved);
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: a target that does not answer changes nothing anywhere",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  shop().set_down(true);

  CHECK(error_of(reissue(made)) == Errc::unreachable);

  check_unchanged(made);
  CHECK(files().login_works(made.accounts[0].user_name.str(), password_of(made.accounts[0])));
}

TEST_CASE_METHOD(ReissueFixture,
                 "Reissue: where it fails half-way nothing is left, and the message says so",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  const std::string operation = GENERATE("disable", "end_sessions", "create");
  const auto when = GENERATE(FakeFault::When::before, FakeFault::When::after);
  const auto code = GENERATE(Errc::refused, Errc::unreachable);
  shop().break_operation(operation, {.when = when, .error = {code, "no", ""}});

  const auto failed = reissue(made);

  CHECK(error_of(failed) == code);
  CHECK_THAT(failed.error().message, Contains("the credential on shop could not be replaced: no") &&
                                         Contains("so grant " + made.grant.id.str() + " is ended"));
  clock.advance(service::kCreateLimit);
  purge();
  check_ended(made);
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: what a crash cuts off is shown to nobody and then ended",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  const std::string operation = GENERATE("disable", "end_sessions", "create");
  shop().on_call([&](const std::string& called, const std::string&) {
    if (called == operation) {
      throw Crash();
    }
  });
  CHECK_THROWS_AS(reissue(made), Crash);
  shop().on_call(nullptr);

  CHECK(error_of(retrieve(made)) == Errc::unavailable);
  CHECK(error_of(reissue(made)) == Errc::unavailable);
  CHECK(purge().accounts.empty());
  clock.advance(service::kCreateLimit);
  purge();
  purge();  // what was whole by then, on the other target, is due only since the first one
  check_ended(made);
}

TEST_CASE_METHOD(ReissueFixture,
                 "Reissue: one that is revoked meanwhile leaves nothing on the target",
                 "[service]") {
  const auto made = granted({"files"});
  const std::string operation = GENERATE("disable", "end_sessions", "create");
  bool revoked = false;
  files().on_call([&](const std::string& called, const std::string&) {
    if (called == operation && !std::exchange(revoked, true)) {
      must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));
      CHECK(files().account_count() == 1);  // what is deleted under our hands would be made again
    }
  });

  CHECK_FALSE(reissue(made));

  CHECK(must(store->grant(made.grant.id)).grant.end_reason == EndReason::revoked);
  CHECK(files().account_count() == 0);
  clock.advance(service::kCreateLimit);
  purge();
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: a time to work that has begun is not begun again",
                 "[service]") {
  const auto made = granted_with(Ttl(4h), Ttl(2h));
  must(retrieve(made));
  const Timestamp end = clock.now() + 2h;
  clock.advance(1h);

  const auto after = must(reissue(made));
  CHECK(after.grant.expires_at == end);
  CHECK(files().expiry_of(made.accounts[0].user_name.str()) == end);
  must(retrieve(made));

  CHECK(stored(made.accounts[0]).ends_at == end);
  CHECK(counting_end(after.grant, after.accounts).at == end);
}

TEST_CASE_METHOD(ReissueFixture,
                 "Reissue: what nobody had retrieved is still to be retrieved in time",
                 "[service]") {
  const auto made = granted_with(Ttl(4h), Ttl(2h));
  clock.advance(1h);

  const auto after = must(reissue(made));

  CHECK(after.grant.retrieve_by == made.grant.retrieve_by);
  CHECK(after.grant.expires_at == made.grant.expires_at);
  CHECK(after.accounts[0].ends_at == *made.grant.retrieve_by);
  clock.advance(3h);
  purge();
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: not in the last minutes, and not of what is over",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  clock.advance(1h - service::kCreateLimit);
  CHECK(error_of(reissue(made)) == Errc::policy);
  check_unchanged(made);

  clock.advance(service::kCreateLimit);
  CHECK(error_of(reissue(made)) == Errc::expired);
  purge();
  CHECK(error_of(reissue(made)) == Errc::expired);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: an account that is not ours, or not there, is not made",
                 "[service]") {
  const auto made = granted({"files"});
  const std::string user = made.accounts[0].user_name.str();
  files().remove(user);
  CHECK(error_of(reissue(made)) == Errc::conflict);
  CHECK(files().account_count() == 0);

  files().add_foreign(user);
  files().forget_calls();
  CHECK(error_of(reissue(made)) == Errc::refused);
  CHECK(files().calls() == std::vector<std::string>{"probe " + user});
  check_unchanged(made);
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: a login by key alone takes another key", "[service]") {
  const SshPublicKey key = must(SshPublicKey::parse(
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"));
  auto asked = request({"files"});
  asked.public_key = key;
  asked.password = GrantRequest::Password::no;
  const auto made = must(grants.grant(asked, progress));
  CHECK(error_of(reissue(made)) == Errc::policy);

  const auto after =
      must(service::ReissueService(workspace).reissue({made.grant.id, key}, progress));

  CHECK_FALSE(after.accounts[0].secret);
  CHECK(after.accounts[0].state == AccountState::active);
  CHECK_FALSE(files().is_disabled(made.accounts[0].user_name.str()));
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: a record that was edited is left alone", "[service]") {
  const auto made = granted({"files"});
  Account edited = stored(made.accounts[0]);
  edited.retrieval.retrieved_by = "nobody";
  tamper(edited);
  files().forget_calls();

  CHECK(error_of(reissue(made)) == Errc::corrupt);
  CHECK(files().calls().empty());
}

TEST_CASE_METHOD(ReissueFixture, "Reissue: the receipt says when, and who knew the ones before",
                 "[service]") {
  const auto made = granted({"files"});
  must(retrieve(made));
  const Timestamp retrieved_at = clock.now();
  clock.advance(1h);
  must(reissue(made));
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const std::string receipt = must(service::receipt_of(workspace, made.grant.id, std::nullopt));

  CHECK_THAT(receipt,
             Contains("reissued: " + format_utc(retrieved_at + 1h) + " by " + workspace.actor +
                      "; the one before was retrieved at " + format_utc(retrieved_at) + " by " +
                      workspace.actor + "\nretrieved: no\n"));
}

}  // namespace stagepass::tests
