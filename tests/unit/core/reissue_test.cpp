#include "sample_grant.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/reissue.hpp>

#include <support/catch.hpp>

namespace stagepass {
namespace {

using namespace std::chrono_literals;
using namespace tests;

Account retrieved_at(std::optional<Timestamp> at) {
  Account account = account_of_grant(1);
  account.retrieval.retrieved_at = at;
  return account;
}

}  // namespace

TEST_CASE("Reissue: no life gets longer by it", "[core]") {
  const auto work_time = GENERATE(std::optional<Ttl>(), std::optional<Ttl>(2h));
  const auto retrieve_by =
      GENERATE(std::optional<Timestamp>(), std::optional<Timestamp>(kStart + 4h));
  const auto at = GENERATE(std::optional<Timestamp>(), std::optional<Timestamp>(kStart + 1h),
                           std::optional<Timestamp>(kStart + 5h));
  const Grant grant = grant_with(retrieve_by, work_time);
  const std::vector<Account> accounts = {retrieved_at(at)};

  const Grant settled = with_settled_end(grant, accounts);

  CHECK(counting_end(settled, {}).at == counting_end(grant, accounts).at);
  CHECK(settled.expires_at <= grant.expires_at);
  const Account again = retrieved_at(kStart + 90min);
  CHECK(counting_end(settled, {again}).at <=
        (at ? counting_end(grant, accounts).at : grant.expires_at));
}

TEST_CASE("Reissue: only an active account is made again, and its retrieval is forgotten",
          "[core]") {
  const Grant grant = grant_with(kStart + 4h, std::nullopt);
  const Timestamp limit = kStart + 10min;
  for (const AccountState state :
       {AccountState::planned, AccountState::ending, AccountState::gone}) {
    Account other = account_of_grant(1, state);
    CHECK(tests::error_of(begin_reissue(other, grant, limit)) == Errc::internal);
    CHECK(other.state == state);
  }
  Account account = retrieved_at(kStart + 1h);

  tests::must(begin_reissue(account, grant, limit));

  CHECK(account.state == AccountState::planned);
  CHECK_FALSE(account.retrieval.retrieved_at);
  CHECK(account.ends_at == kStart + 4h);
  CHECK(account.expires_at == kEnd);
  CHECK(account.next_at == limit);
  CHECK(account.leased_until == limit);
}

}  // namespace stagepass
