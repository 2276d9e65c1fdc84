#include "service_fixture.hpp"

namespace stagepass::tests {
namespace {

Result<void> look_away(const service::ShownGrant& /*shown*/) {
  return {};
}

}  // namespace

TEST_CASE_METHOD(ServiceFixture, "Retrieve: shows every credential of a grant with its access",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  std::size_t shown_count = 0;

  must(grants.retrieve(made.grant.id, std::nullopt, [&](const service::ShownGrant& shown) {
    for (const auto& credential : shown.credentials) {
      CHECK(credential.access.front().first == "host");
      CHECK(drivers.world(credential.target.str())
                .login_works(credential.user_name.str(), *credential.password));
      ++shown_count;
    }
    CHECK_FALSE(shown.interrupted);
    return Result<void>();
  }));

  CHECK(shown_count == 2);
}

TEST_CASE_METHOD(ServiceFixture, "Retrieve: shows the second factor where the target asks for one",
                 "[service]") {
  drivers.world("shop").ask_for_second_factor();
  const auto made = granted({"files", "shop"});

  must(grants.retrieve(made.grant.id, std::nullopt, [&](const service::ShownGrant& shown) {
    for (const auto& credential : shown.credentials) {
      CHECK(credential.second_factor.has_value() == (credential.target.str() == "shop"));
    }
    return Result<void>();
  }));
}

TEST_CASE_METHOD(ServiceFixture, "Retrieve: the second time is refused and says when and by whom",
                 "[service]") {
  const auto made = granted({"files"});
  must(grants.retrieve(made.grant.id, std::nullopt, look_away));
  const std::string when = format_utc(clock.now());
  clock.advance(1h);
  bool was_shown = false;

  const auto again = grants.retrieve(made.grant.id, std::nullopt, [&](const auto&) {
    was_shown = true;
    return Result<void>();
  });

  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::already_retrieved);
  CHECK(again.error().message.find(when) != std::string::npos);
  CHECK(again.error().message.find("merchant") != std::string::npos);
  CHECK_FALSE(was_shown);
}

TEST_CASE_METHOD(ServiceFixture, "Retrieve: a credential that could not be shown is not lost",
                 "[service]") {
  const auto made = granted({"files"});

  CHECK(error_of(grants.retrieve(made.grant.id, std::nullopt, [](const auto&) {
          return Result<void>(fail(Errc::unavailable, "the disk is full"));
        })) == Errc::unavailable);

  must(grants.retrieve(made.grant.id, std::nullopt, look_away));
}

TEST_CASE_METHOD(ServiceFixture, "Retrieve: nobody else gets in while one person is being shown it",
                 "[service]") {
  const auto made = granted({"files"});
  Errc second = Errc::internal;

  must(grants.retrieve(made.grant.id, std::nullopt, [&](const auto&) {
    second = error_of(grants.retrieve(made.grant.id, std::nullopt, look_away));
    return Result<void>();
  }));

  CHECK(second == Errc::conflict);
}

TEST_CASE_METHOD(ServiceFixture, "Retrieve: a crash while showing loses nothing and is told",
                 "[service]") {
  struct Crash {};
  const auto made = granted({"files"});
  CHECK_THROWS_AS(grants.retrieve(made.grant.id, std::nullopt,
                                  [](const auto&) -> Result<void> { throw Crash(); }),
                  Crash);

  CHECK(error_of(grants.retrieve(made.grant.id, std::nullopt, look_away)) == Errc::conflict);
  clock.advance(1min);
  must(grants.retrieve(made.grant.id, std::nullopt, [&](const service::ShownGrant& shown) {
    REQUIRE(shown.interrupted);
    CHECK(shown.interrupted->claimed_by == "merchant (uid 1000)");
    return Result<void>();
  }));
}

TEST_CASE_METHOD(ServiceFixture, "Retrieve: one target at a time leaves the others for later",
                 "[service]") {
  const auto made = granted({"files", "shop"});

  must(grants.retrieve(made.grant.id, target_name("shop"), [](const service::ShownGrant& shown) {
    CHECK(shown.credentials.size() == 1);
    return Result<void>();
  }));

  must(grants.retrieve(made.grant.id, target_name("files"), look_away));
  CHECK(error_of(grants.retrieve(made.grant.id, target_name("shop"), look_away)) ==
        Errc::already_retrieved);
  CHECK(error_of(grants.retrieve(made.grant.id, target_name("elsewhere"), look_away)) ==
        Errc::not_found);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Retrieve: an extension while it is being shown does not undo the record",
                 "[service]") {
  const auto made = granted({"files"});

  must(grants.retrieve(made.grant.id, std::nullopt, [&](const auto&) {
    must(grants.extend(made.grant.id, Ttl(9h), progress));
    return Result<void>();
  }));

  const Account account = stored(made.accounts[0]);
  CHECK(account.retrieval.retrieved_at.has_value());
  CHECK(account.expires_at == clock.now() + 9h);
}

TEST_CASE_METHOD(ServiceFixture, "Retrieve: nothing is shown once a grant is over", "[service]") {
  const auto ended = granted({"files"});
  must(grants.end({.id = ended.grant.id}, EndReason::revoked, progress));
  const auto refused = grants.retrieve(ended.grant.id, std::nullopt, look_away);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::expired);
  CHECK_THAT(refused.error().message, Catch::Contains("is over: revoked at"));

  const auto expired = granted({"files"}, Ttl(1min));
  clock.advance(1min);  // to the second: equal is expired
  CHECK(error_of(grants.retrieve(expired.grant.id, std::nullopt, look_away)) == Errc::expired);
}

}  // namespace stagepass::tests
