// The three clocks of a grant: to be retrieved by, the time to work, the agreed end.
#include "service_fixture.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/case_service.hpp>
#include <stagepass/service/receipt.hpp>

#include <algorithm>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Contains;

Result<void> look_away(const service::ShownGrant& /*shown*/) {
  return {};
}

class ClocksFixture : public ServiceFixture {
 public:
  GrantWithAccounts granted_with(std::initializer_list<const char*> targets,
                                 std::optional<End> retrieve_by, std::optional<Ttl> work_time,
                                 End end = Ttl(8h)) {
    auto asked = request(targets, end);
    asked.retrieve_by = retrieve_by;
    asked.work_time = work_time;
    return must(grants.grant(asked, progress));
  }

  Result<void> retrieve(const GrantWithAccounts& made,
                        const std::optional<TargetName>& only = std::nullopt) {
    return grants.retrieve(made.grant.id, only, look_away);
  }

  void check_ends(const GrantWithAccounts& made, Timestamp at) const {
    for (const Account& account : must(store->grant(made.grant.id)).accounts) {
      CHECK(account.ends_at == at);
      CHECK(account.next_at == at);
      CHECK(service::is_authentic(workspace, account));
    }
  }

  [[nodiscard]] std::string detail_of(const std::string& subject, const std::string& action) const {
    const auto entries = must(store->audit_of(subject));
    const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                    [&](const AuditEntry& each) { return each.action == action; });
    return found == entries.rend() ? "no such entry" : found->detail;
  }
};

}  // namespace

TEST_CASE_METHOD(ClocksFixture,
                 "Clocks: a grant that nobody retrieves in time is ended and says so",
                 "[service]") {
  const auto made = granted_with({"files", "shop"}, Ttl(4h), std::nullopt);
  check_ends(made, clock.now() + 4h);
  const std::string user = made.accounts[0].user_name.str();
  CHECK(files().expiry_of(user) == made.grant.expires_at);
  const std::string why = "not retrieved by " + format_utc(clock.now() + 4h);
  clock.advance(4h - 1s);
  CHECK(purge().accounts.empty());

  clock.advance(1s);
  const auto report = purge();

  REQUIRE(report.accounts.size() == 2);
  CHECK(report.accounts[0].early == why);
  CHECK(files().account_count() == 0);
  CHECK(shop().account_count() == 0);
  const auto ended = must(store->grant(made.grant.id));
  CHECK(ended.grant.end_reason == EndReason::expired);
  CHECK(early_end_of(ended.grant, ended.accounts) == why);
  CHECK(detail_of(made.grant.id.str(), "expired") == why);
  CHECK(detail_of(made.accounts[0].id.str(), "account.ending") == "expired: " + why);
  CHECK_THAT(must(receipt_of(workspace, made.grant.id, std::nullopt)),
             Contains("(expired: " + why + ")\nfindings") || Contains("(expired: " + why + ")"));
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: what waits for the end of a dead target says why as well",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), std::nullopt);
  files().set_down(true);
  clock.advance(4h);
  CHECK(purge().accounts.at(0).problem);
  files().set_down(false);
  clock.advance(1h);

  const auto report = purge();

  CHECK_FALSE(report.accounts.at(0).problem);
  CHECK(report.accounts.at(0).early.starts_with("not retrieved by "));
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: the first retrieval is that of the whole grant",
                 "[service]") {
  const auto made = granted_with({"files", "shop"}, Ttl(4h), std::nullopt);
  clock.advance(4h - 1s);
  must(retrieve(made, target_name("shop")));
  check_ends(made, made.grant.expires_at);

  clock.advance(1h);
  CHECK(purge().accounts.empty());
  must(retrieve(made, target_name("files")));
  clock.advance(8h);
  CHECK(purge().accounts.at(0).early.empty());
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: after that nothing is shown, and it is said why",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), std::nullopt);
  clock.advance(4h);
  bool was_shown = false;
  const auto show = [&](const auto&) {
    was_shown = true;
    return Result<void>();
  };

  const auto before_purge = grants.retrieve(made.grant.id, std::nullopt, show);
  purge();
  const auto after_purge = grants.retrieve(made.grant.id, std::nullopt, show);

  for (const auto* refused : {&before_purge, &after_purge}) {
    REQUIRE(error_of(*refused) == Errc::expired);
    CHECK_THAT(refused->error().message,
               Contains("is over: not retrieved by " + format_utc(made.grant.created_at + 4h)));
  }
  CHECK_FALSE(was_shown);
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: the time to work begins with the first retrieval",
                 "[service]") {
  const auto made = granted_with({"files", "shop"}, std::nullopt, Ttl(2h));
  check_ends(made, made.grant.expires_at);
  clock.advance(3h);
  Timestamp told;
  must(grants.retrieve(made.grant.id, target_name("shop"), [&](const service::ShownGrant& shown) {
    told = shown.ends_at;
    return Result<void>();
  }));
  CHECK(told == clock.now() + 2h);
  check_ends(made, clock.now() + 2h);
  clock.advance(1h);
  must(retrieve(made, target_name("files")));
  check_ends(made, clock.now() + 1h);

  clock.advance(1h);
  CHECK(purge().accounts.at(0).early == "the 2h since it was retrieved are over");
  CHECK(files().account_count() + shop().account_count() == 0);
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: a late retrieval has no more time than was agreed",
                 "[service]") {
  const auto made = granted_with({"files"}, std::nullopt, Ttl(2h));
  clock.advance(7h);
  must(retrieve(made));
  check_ends(made, made.grant.expires_at);
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: what could not be shown stops and starts none of them",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), Ttl(2h));
  CHECK(error_of(grants.retrieve(made.grant.id, std::nullopt, [](const auto&) {
          return Result<void>(fail(Errc::unavailable, "the disk is full"));
        })) == Errc::unavailable);
  check_ends(made, made.grant.created_at + 4h);
}

TEST_CASE_METHOD(ClocksFixture,
                 "Clocks: a retrieve that is killed before it is confirmed lengthens nothing",
                 "[service]") {
  struct Crash {};
  const auto made = granted_with({"files"}, Ttl(4h), std::nullopt);
  CHECK_THROWS_AS(grants.retrieve(made.grant.id, std::nullopt,
                                  [](const auto&) -> Result<void> { throw Crash(); }),
                  Crash);
  check_ends(made, made.grant.created_at + 4h);

  clock.advance(1min);
  must(retrieve(made));
  check_ends(made, made.grant.expires_at);
}

TEST_CASE_METHOD(ClocksFixture,
                 "Clocks: shown just before and confirmed just after is on record and too late",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), std::nullopt);
  clock.advance(4h - 1s);
  const bool purges_meanwhile = GENERATE(false, true);

  const auto late = grants.retrieve(made.grant.id, std::nullopt, [&](const auto&) {
    clock.advance(1s);
    if (purges_meanwhile) {
      purge();
    }
    return Result<void>();
  });

  REQUIRE(error_of(late) == Errc::expired);
  CHECK_THAT(late.error().message, Contains("was shown") && Contains("not retrieved by"));
  const Account account = stored(made.accounts[0]);
  CHECK(account.retrieval.retrieved_at == clock.now());
  CHECK(account.ends_at == clock.now());
  purge();
  CHECK(files().account_count() == 0);
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: who was cut off while showing undoes nobody's retrieval",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), Ttl(2h));
  const bool fails = GENERATE(false, true);
  Timestamp seen_at;

  const auto slow = grants.retrieve(made.grant.id, std::nullopt, [&](const auto&) {
    clock.advance(1min);
    must(retrieve(made));
    seen_at = clock.now();
    clock.advance(10min);
    return fails ? Result<void>(fail(Errc::unavailable, "the pipe broke")) : Result<void>();
  });

  CHECK(slow.has_value() != fails);
  CHECK(stored(made.accounts[0]).retrieval.retrieved_at == seen_at);
  check_ends(made, seen_at + 2h);
  CHECK(error_of(retrieve(made)) == Errc::already_retrieved);
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: while an account is being made no other one is shown",
                 "[service]") {
  Errc meanwhile = Errc::internal;
  const auto look = [&](const std::string& operation, const std::string&) {
    const auto planned = must(store->grants({}, std::nullopt, 1));
    if (operation == "create" && !planned.empty()) {
      meanwhile = error_of(retrieve(planned.front(), target_name("files")));
    }
  };
  shop().on_call(look);
  const auto made = granted_with({"files", "shop"}, Ttl(4h), std::nullopt);
  CHECK(meanwhile == Errc::unavailable);
  must(retrieve(made));
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: an extension keeps by when it is to be retrieved",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), Ttl(2h));
  const auto longer = must(grants.extend(made.grant.id, Ttl(10h), progress));
  CHECK(longer.grant.expires_at == clock.now() + 10h);
  CHECK(longer.grant.work_time == Ttl(2h));
  CHECK(files().expiry_of(made.accounts[0].user_name.str()) == clock.now() + 10h);
  check_ends(made, clock.now() + 4h);
  CHECK(password_of(longer.accounts[0]) == password_of(stored(made.accounts[0])));

  must(grants.extend(made.grant.id, Ttl(1h), progress));
  check_ends(made, clock.now() + 1h);

  must(grants.extend(made.grant.id, Ttl(10h), progress));
  clock.advance(4h);
  const auto late = grants.extend(made.grant.id, Ttl(4h), progress);
  REQUIRE(error_of(late) == Errc::expired);
  CHECK_THAT(late.error().message, Contains("is over: not retrieved by"));
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: an extension takes the place of a time to work that runs",
                 "[service]") {
  const auto made = granted_with({"files"}, std::nullopt, Ttl(2h));
  must(retrieve(made));
  clock.advance(1h);
  const auto longer = must(grants.extend(made.grant.id, Ttl(9h), progress));
  check_ends(made, clock.now() + 9h);
  CHECK_FALSE(longer.grant.work_time);
  CHECK(detail_of(made.grant.id.str(), "extend") ==
        "from " + format_utc(clock.now() + 1h) + " to " + format_utc(clock.now() + 9h));
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: an extension and a retrieval beside each other both hold",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), std::nullopt);
  bool is_retrieved = false;
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "set_end" && !std::exchange(is_retrieved, true)) {
      must(retrieve(made));
    }
  });
  must(grants.extend(made.grant.id, Ttl(10h), progress));
  check_ends(made, clock.now() + 10h);
  CHECK(stored(made.accounts[0]).retrieval.retrieved_at);
}

TEST_CASE_METHOD(ClocksFixture,
                 "Clocks: a retrieval leads no grant beyond the time-box of its case",
                 "[service]") {
  const auto made = granted_with({"files"}, Ttl(4h), std::nullopt, Ttl(30 * 24h));
  service::CaseService cases(workspace);
  must(cases.open(made.grant.case_ref, {}));
  const Timestamp box = clock.now() + 15 * 24h;

  must(cases.timebox(made.grant.case_ref, box, progress));
  check_ends(made, clock.now() + 4h);
  must(retrieve(made));

  check_ends(made, box);
  CHECK(files().expiry_of(made.accounts[0].user_name.str()) == box);
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: the policy says how long a grant waits if nobody does",
                 "[service]") {
  workspace.policy->retrieve_within = 24h;
  CHECK_FALSE(granted({"files"}).grant.retrieve_by);
  CHECK(granted({"files"}, Ttl(48h)).grant.retrieve_by == clock.now() + 24h);
  CHECK(granted_with({"files"}, Ttl(30h), std::nullopt, Ttl(48h)).grant.retrieve_by ==
        clock.now() + 30h);
}

TEST_CASE_METHOD(ClocksFixture, "Clocks: those that make no sense make no grant", "[service]") {
  const auto asked = [&](std::optional<End> retrieve_by, std::optional<Ttl> work_time) {
    auto request = ServiceFixture::request({"files"});
    request.retrieve_by = retrieve_by;
    request.work_time = work_time;
    return error_of(grants.grant(request, progress));
  };
  CHECK(asked(Ttl(8h + 1s), std::nullopt) == Errc::invalid_argument);
  CHECK(asked(End(clock.now()), std::nullopt) == Errc::expired);
  CHECK(asked(Ttl(59s), std::nullopt) == Errc::policy);
  CHECK(asked(std::nullopt, Ttl(8h + 1s)) == Errc::invalid_argument);
  CHECK(asked(std::nullopt, Ttl(59s)) == Errc::policy);
  CHECK(files().account_count() == 0);
  granted_with({"files"}, Ttl(8h), Ttl(8h));
}

}  // namespace stagepass::tests
