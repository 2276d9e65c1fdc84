#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/reissue.hpp>

#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart = Timestamp(1'900'000'000s);
constexpr Timestamp kEnd = kStart + 8h;

Grant grant_with(std::optional<Timestamp> retrieve_by, std::optional<Ttl> work_time) {
  return Grant{.id = GrantId::from_seed({1}),
               .case_ref = tests::must(CaseRef::parse("MSP-1")),
               .recipient = tests::must(RecipientName::parse("ana")),
               .created_at = kStart,
               .created_by = "root on shop1",
               .expires_at = kEnd,
               .ended_at = std::nullopt,
               .end_reason = std::nullopt,
               .ended_by = {},
               .retrieve_by = retrieve_by,
               .work_time = work_time};
}

Account account_in(AccountState state) {
  const auto id = AccountId::from_seed({1});
  return {.id = id,
          .grant = GrantId::from_seed({1}),
          .target = tests::must(TargetName::parse("shop")),
          .user_name = user_name_for(id),
          .marker = {},
          .state = state,
          .created_at = kStart,
          .expires_at = kEnd,
          .ends_at = kEnd,
          .next_at = kEnd,
          .leased_until = std::nullopt,
          .last_error = {},
          .secret = std::nullopt,
          .retrieval = {},
          .evidence = {}};
}

Account retrieved_at(std::optional<Timestamp> at) {
  Account account = account_in(AccountState::active);
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
    Account other = account_in(state);
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
