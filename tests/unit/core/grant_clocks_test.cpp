#include "sample_grant.hpp"

#include <stagepass/core/clock_mark.hpp>
#include <stagepass/core/grant_clocks.hpp>

#include <support/catch.hpp>

namespace stagepass {
namespace {

using namespace std::chrono_literals;
using namespace tests;

/// Accounts that were retrieved then, or not.
std::vector<Account> retrieved(std::initializer_list<std::optional<Timestamp>> times) {
  std::vector<Account> accounts;
  for (const auto& at : times) {
    Account account = account_of_grant(static_cast<std::uint8_t>(accounts.size()));
    account.retrieval.retrieved_at = at;
    accounts.push_back(std::move(account));
  }
  return accounts;
}

void check_end(const Grant& grant, const std::vector<Account>& accounts, Timestamp at,
               EndClock clock) {
  const CountingEnd end = counting_end(grant, accounts);
  CHECK(end.at == at);
  CHECK(end.clock == clock);
}

constexpr std::nullopt_t kNever = std::nullopt;

TEST_CASE("Clocks: without any the agreed end counts") {
  const Grant grant = grant_with(kNever, kNever);
  check_end(grant, {}, kEnd, EndClock::agreed_end);
  check_end(grant, retrieved({kStart + 1h, kNever}), kEnd, EndClock::agreed_end);
}

TEST_CASE(
    "Clocks: what nobody retrieves ends by then, and the first retrieval in time is for all") {
  const Grant grant = grant_with(kStart + 4h, kNever);
  check_end(grant, retrieved({kNever, kNever}), kStart + 4h, EndClock::retrieve_by);
  check_end(grant, retrieved({kNever, kStart + 4h - 1s}), kEnd, EndClock::agreed_end);
}

TEST_CASE("Clocks: a retrieval at that moment or later brings nothing back") {
  const Grant grant = grant_with(kStart + 4h, 1h);
  check_end(grant, retrieved({kStart + 4h}), kStart + 4h, EndClock::retrieve_by);
  check_end(grant, retrieved({kStart + 5h}), kStart + 4h, EndClock::retrieve_by);
}

TEST_CASE("Clocks: the time to work runs from the first retrieval, never beyond the agreed end") {
  const Grant grant = grant_with(kNever, 2h);
  check_end(grant, retrieved({kNever, kNever}), kEnd, EndClock::agreed_end);
  check_end(grant, retrieved({kStart + 3h, kStart + 1h}), kStart + 3h, EndClock::work_time);
  check_end(grant, retrieved({kStart + 7h}), kEnd, EndClock::agreed_end);
}

TEST_CASE("Clocks: an agreed end before the others is the one that counts") {
  Grant grant = grant_with(kStart + 4h, 2h);
  grant.expires_at = kStart + 1h;
  check_end(grant, retrieved({kNever}), kStart + 1h, EndClock::agreed_end);
}

TEST_CASE("Clocks: records that cannot be overflow nothing") {
  const auto some_time = retrieved({Timestamp::max(), Timestamp::min()});
  check_end(grant_with(kNever, Ttl::max()), some_time, kEnd, EndClock::agreed_end);
  check_end(grant_with(kNever, Ttl::min()), retrieved({kStart}), kStart, EndClock::work_time);
}

TEST_CASE("Clocks: why a grant ended before its agreed end is said in words") {
  Grant grant = grant_with(Timestamp(1'900'000'000s), 2h);
  CHECK(describe(EndClock::retrieve_by, grant) == "not retrieved by 2030-03-17T17:46:40Z");
  CHECK(describe(EndClock::work_time, grant) == "the 2h since it was retrieved are over");
  CHECK(describe(EndClock::agreed_end, grant).empty());

  CHECK(early_end_of(grant, retrieved({kNever})) == "not retrieved by 2030-03-17T17:46:40Z");
  grant.end_reason = EndReason::expired;
  CHECK_FALSE(early_end_of(grant, retrieved({kNever})).empty());
  grant.end_reason = EndReason::revoked;
  CHECK(early_end_of(grant, retrieved({kNever})).empty());
}

}  // namespace
}  // namespace stagepass
