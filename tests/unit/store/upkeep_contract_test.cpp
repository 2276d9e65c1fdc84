// What purge needs beside the accounts that are due: the clock's mark, and targets to look through.
#include "raw_database.hpp"
#include "store_backends.hpp"

#include <cstdint>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

void set_mark(Store& store, Timestamp latest, std::int64_t epoch = 1) {
  const ClockMark mark{
      .latest = latest, .boot_id = "boot", .since_boot = Ttl(77), .behind = Ttl(5), .epoch = epoch};
  must(store.commit({.clock = mark}));
}

Account put_off(int number, Timestamp until, std::string_view target = "shop") {
  auto account = sample_account(number, target);
  account.state = AccountState::ending;
  account.attempts = 3;
  account.next_at = until;
  return account;
}

}  // namespace

STORE_CONTRACT("Store: a new vault has seen no time yet") {
  TestType backend;
  CHECK_FALSE(must(backend.store->clock_mark()).has_value());
}

STORE_CONTRACT("Store: the clock mark is kept whole and only moves forward") {
  TestType backend;
  set_mark(*backend.store, kNow);
  const auto kept = must(backend.store->clock_mark());
  REQUIRE(kept.has_value());
  CHECK(kept->latest == kNow);
  CHECK(kept->boot_id == "boot");
  CHECK(kept->since_boot == Ttl(77));
  CHECK(kept->behind == Ttl(5));

  set_mark(*backend.store, kNow - Ttl(1));
  CHECK(must(backend.store->clock_mark())->latest == kNow);
  set_mark(*backend.store, kNow + Ttl(1));
  CHECK(must(backend.store->clock_mark())->latest == kNow + Ttl(1));
}

STORE_CONTRACT("Store: a new epoch moves the clock mark back and an old one no more forward") {
  TestType backend;
  set_mark(*backend.store, kNow);
  set_mark(*backend.store, kNow - kHour, 2);
  CHECK(must(backend.store->clock_mark())->latest == kNow - kHour);
  INFO("a process that has not heard of it yet");
  set_mark(*backend.store, kNow + kHour, 1);
  CHECK(must(backend.store->clock_mark())->latest == kNow - kHour);
  CHECK(must(backend.store->clock_mark())->epoch == 2);
}

STORE_CONTRACT("Store: what a wrong clock put off or leased for years is mended") {
  Grounded<TestType> backend;
  auto leased = sample_account(2);
  leased.leased_until = kNow + 1000 * kHour;
  auto right = put_off(3, kNow + kHour);
  right.leased_until = kNow + kHour;
  add_accounts(*backend.store, {put_off(1, kNow + 1000 * kHour), leased, right, sample_account(4)});

  const LatestTimes times{.now = kNow,
                          .lease = kNow + kHour,
                          .retry = kNow + kHour,
                          .plan = kNow + kHour,
                          .audit = kNow + kHour};
  CHECK(must(backend.store->mend_times(times)) == 2);
  CHECK(must(backend.store->mend_times(times)) == 0);

  CHECK(stored_account(*backend.store, 1).next_at == kNow);
  CHECK_FALSE(stored_account(*backend.store, 2).leased_until.has_value());
  CHECK(stored_account(*backend.store, 3).next_at == kNow + kHour);
  CHECK(stored_account(*backend.store, 3).leased_until == kNow + kHour);
  INFO("an active account waits for its end, however far that is");
  CHECK(stored_account(*backend.store, 4).next_at == kNow + kHour);
}

STORE_CONTRACT("Store: nobody can put an account off beyond its end, or a comparison for ever") {
  Grounded<TestType> backend;
  auto active = sample_account(1);
  active.next_at = active.ends_at + Ttl(1);
  auto planned = sample_account(2);
  planned.state = AccountState::planned;
  planned.next_at = kNow + kHour + Ttl(1);
  add_accounts(*backend.store, {active, planned});
  auto shop = must(backend.store->target(target_name("shop")));
  shop.next_audit_at = kNow + kHour + Ttl(1);
  must(backend.store->commit({.targets = {shop}}));

  const LatestTimes times{.now = kNow,
                          .lease = kNow + kHour,
                          .retry = kNow + kHour,
                          .plan = kNow + kHour,
                          .audit = kNow + kHour};
  CHECK(must(backend.store->mend_times(times)) == 3);
  CHECK(must(backend.store->mend_times(times)) == 0);

  CHECK(stored_account(*backend.store, 1).next_at == active.ends_at);
  CHECK(stored_account(*backend.store, 2).next_at == kNow);
  CHECK(must(backend.store->target(target_name("shop"))).next_audit_at == kNow);
}

TEST_CASE("SQLite: a clock mark that cannot be is a damaged record", "[store]") {
  Sqlite backend;
  set_mark(*backend.store, kNow);
  RawDatabase raw(backend.path);
  raw.run("PRAGMA ignore_check_constraints = ON; UPDATE clock SET latest = 9223372036854775807");
  CHECK(error_of(backend.store->clock_mark()) == Errc::corrupt);
}

STORE_CONTRACT("Store: an account is found by its id even when it is gone") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1), as_gone(sample_account(2))});
  CHECK(must(backend.store->account(account_id(1)))->user_name == user_name_for(account_id(1)));
  CHECK(must(backend.store->account(account_id(2)))->state == AccountState::gone);
  CHECK_FALSE(must(backend.store->account(account_id(3))).has_value());
}

STORE_CONTRACT("Store: the open accounts of a target are paged by id") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1), sample_account(2, "files"), sample_account(3),
                                as_gone(sample_account(4)), sample_account(5)});
  const auto shop = target_name("shop");
  const auto first = must(backend.store->accounts_on(shop, std::nullopt, 2));
  REQUIRE(first.size() == 2);
  CHECK(first[0].id == account_id(1));
  CHECK(first[1].id == account_id(3));
  const auto second = must(backend.store->accounts_on(shop, first[1].id, 2));
  REQUIRE(second.size() == 1);
  CHECK(second[0].id == account_id(5));
}

STORE_CONTRACT(
    "Store: a target is to be audited in its very second and the longest waiting first") {
  Grounded<TestType> backend;
  auto shop = must(backend.store->target(target_name("shop")));
  shop.next_audit_at = kNow + Ttl(1);
  must(backend.store->commit({.targets = {shop}}));
  CHECK(must(backend.store->targets_to_audit(kNow - Ttl(1))).empty());
  CHECK(must(backend.store->targets_to_audit(kNow)) == std::vector{target_name("files")});
  CHECK(must(backend.store->targets_to_audit(kNow + Ttl(1))) ==
        std::vector{target_name("files"), target_name("shop")});
}

STORE_CONTRACT("Store: what was put off on a target that answers again is brought forward") {
  Grounded<TestType> backend;
  auto leased = put_off(3, kNow + kHour);
  leased.leased_until = kNow + Ttl(1);
  auto never_tried = sample_account(5);
  add_accounts(*backend.store, {put_off(1, kNow + kHour), put_off(2, kNow + kHour, "files"), leased,
                                as_gone(put_off(4, kNow)), never_tried});

  CHECK(must(backend.store->bring_forward(target_name("shop"), kNow)) == 1);

  CHECK(stored_account(*backend.store, 1).next_at == kNow);
  CHECK(stored_account(*backend.store, 1).version == 2);
  CHECK(stored_account(*backend.store, 2).next_at == kNow + kHour);
  CHECK(stored_account(*backend.store, 3).next_at == kNow + kHour);
  CHECK(stored_account(*backend.store, 5).next_at == never_tried.next_at);
  CHECK(must(backend.store->due(kNow, 10)).size() == 1);
}

}  // namespace stagepass::tests
