#include "service_fixture.hpp"

#include <utility>

namespace stagepass::tests {

TEST_CASE_METHOD(ServiceFixture,
                 "Extend: moves the end in the record, on the target and in the seal",
                 "[service]") {
  const auto made = granted({"files", "shop"}, Ttl(1h));
  const Secret password = password_of(made.accounts[0]);
  clock.advance(30min);

  const auto extended = must(grants.extend(made.grant.id, Ttl(4h), progress));

  CHECK(extended.grant.expires_at == clock.now() + 4h);
  for (const Account& account : extended.accounts) {
    CHECK(account.expires_at == clock.now() + 4h);
    CHECK(account.ends_at == clock.now() + 4h);
    CHECK(account.next_at == clock.now() + 4h);
    CHECK(drivers.world(account.target.str()).expiry_of(account.user_name.str()) ==
          clock.now() + 4h);
  }
  CHECK(password_of(extended.accounts[0]) == password);
}

TEST_CASE_METHOD(ServiceFixture, "Extend: a target that is down leaves the old end everywhere",
                 "[service]") {
  const auto made = granted({"files", "shop"}, Ttl(1h));
  shop().set_down(true);

  CHECK(error_of(grants.extend(made.grant.id, Ttl(4h), progress)) == Errc::unreachable);

  const std::string user = made.accounts[0].user_name.str();
  CHECK(stored(made.accounts[0]).expires_at == made.grant.expires_at);
  CHECK(must(store->grant(made.grant.id)).grant.expires_at == made.grant.expires_at);
  CHECK(files().expiry_of(user) == made.grant.expires_at);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Extend: of two at once the one that lost puts the winner's end back",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  bool other_won = false;
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "set_end" && !std::exchange(other_won, true)) {
      must(grants.extend(made.grant.id, Ttl(6h), progress));
    }
  });

  CHECK(error_of(grants.extend(made.grant.id, Ttl(2h), progress)) == Errc::conflict);

  CHECK(stored(made.accounts[0]).expires_at == clock.now() + 6h);
  CHECK(files().expiry_of(made.accounts[0].user_name.str()) == clock.now() + 6h);
}

TEST_CASE_METHOD(ServiceFixture, "Extend: never beyond the longest life since the grant was made",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(30 * 24h));
  clock.advance(29 * 24h);

  CHECK(error_of(grants.extend(made.grant.id, Ttl(7 * 24h), progress)) == Errc::policy);
  must(grants.extend(made.grant.id, Ttl(6 * 24h), progress));
}

TEST_CASE_METHOD(ServiceFixture, "Extend: a grant that is over stays over", "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  clock.advance(1h);
  CHECK(error_of(grants.extend(made.grant.id, Ttl(4h), progress)) == Errc::expired);

  purge();
  CHECK(error_of(grants.extend(made.grant.id, Ttl(4h), progress)) == Errc::expired);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture, "Extend: an earlier end is possible too", "[service]") {
  const auto made = granted({"files"});

  const auto shorter = must(grants.extend(made.grant.id, Ttl(10min), progress));

  CHECK(shorter.grant.expires_at == clock.now() + 10min);
  clock.advance(10min);
  purge();
  CHECK(files().account_count() == 0);
}

}  // namespace stagepass::tests
