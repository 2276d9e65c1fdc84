#include "store_backends.hpp"

#include <map>
#include <mutex>
#include <set>
#include <support/catch.hpp>
#include <thread>

namespace stagepass::tests {
namespace {

const TargetName& shop() {
  static const auto name = target_name("shop");
  return name;
}

Account due_at(int number, Timestamp at, std::string_view target = "shop") {
  auto account = sample_account(number, target);
  account.next_at = at;
  return account;
}

Account ends_at(int number, Timestamp at) {
  auto account = sample_account(number);
  account.ends_at = at;
  return account;
}

}  // namespace

STORE_CONTRACT("Store: nothing is due in an empty store") {
  TestType backend;
  CHECK(must(backend.store->targets_with_due(kNow)).empty());
  CHECK(must(backend.store->due(kNow, 10)).empty());
  CHECK_FALSE(must(backend.store->claim_due(shop(), kNow, kNow + kHour)).has_value());
  CHECK_FALSE(must(backend.store->next_due()).has_value());
  CHECK(must(backend.store->overdue(kNow)).accounts == 0);
  CHECK_FALSE(must(backend.store->overdue(kNow)).oldest.has_value());
}

STORE_CONTRACT("Store: an account is due in its very second and not before") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {due_at(1, kNow)});
  CHECK(must(backend.store->targets_with_due(kNow - Ttl(1))).empty());
  CHECK(must(backend.store->due(kNow - Ttl(1), 10)).empty());
  CHECK_FALSE(must(backend.store->claim_due(shop(), kNow - Ttl(1), kNow)).has_value());

  CHECK(must(backend.store->targets_with_due(kNow)) == std::vector{shop()});
  CHECK(must(backend.store->due(kNow, 10)).size() == 1);
  CHECK(must(backend.store->claim_due(shop(), kNow, kNow + kHour)).has_value());
}

STORE_CONTRACT("Store: a claim leases the account and raises its version") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {due_at(1, kNow)});
  const auto claimed = must(backend.store->claim_due(shop(), kNow, kNow + kHour));
  REQUIRE(claimed.has_value());
  CHECK(claimed->id == account_id(1));
  CHECK(claimed->leased_until == kNow + kHour);
  CHECK(claimed->next_at == kNow);
  CHECK(claimed->version == 2);
  CHECK(claimed->secret.has_value());
  const auto stored = stored_account(*backend.store, 1);
  CHECK(stored.version == 2);
  CHECK(stored.leased_until == kNow + kHour);

  SECTION("so who read it before cannot write any more") {
    CHECK(error_of(backend.store->commit({.accounts = {due_at(1, kNow)}})) == Errc::conflict);
  }
  SECTION("and the claimer can") {
    must(backend.store->commit({.accounts = {as_gone(*claimed)}}));
  }
}

STORE_CONTRACT("Store: a leased account is due again when the lease ends") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_accounts(store, {due_at(1, kNow)});
  const auto first = must(store.claim_due(shop(), kNow, kNow + Ttl(60)));

  const auto before = kNow + Ttl(59);
  CHECK_FALSE(must(store.claim_due(shop(), before, before + kHour)).has_value());
  CHECK(must(store.targets_with_due(before)).empty());
  CHECK(must(store.due(before, 10)).empty());

  const auto after = kNow + Ttl(60);
  CHECK(must(store.targets_with_due(after)).size() == 1);
  CHECK(must(store.due(after, 10)).size() == 1);
  REQUIRE(must(store.claim_due(shop(), after, after + kHour)).has_value());
  INFO("the first claimer lost its lease and must not write");
  CHECK(error_of(store.commit({.accounts = {as_gone(*first)}})) == Errc::conflict);
}

STORE_CONTRACT("Store: claims take what is due longest first and by id among equals") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {due_at(1, kNow), due_at(4, kNow - Ttl(5)), due_at(3, kNow - Ttl(9)),
                                due_at(2, kNow - Ttl(5)), due_at(5, kNow + Ttl(1))});
  const std::vector expected{account_id(3), account_id(2), account_id(4), account_id(1)};

  std::vector<AccountId> listed;
  for (const auto& account : must(backend.store->due(kNow, 10))) {
    listed.push_back(account.id);
  }
  CHECK(listed == expected);
  CHECK(must(backend.store->due(kNow, 2)).size() == 2);
  CHECK(must(backend.store->due(kNow, 2)).front().id == account_id(3));

  std::vector<AccountId> claimed;
  while (auto account = must(backend.store->claim_due(shop(), kNow, kNow + kHour))) {
    claimed.push_back(account->id);
  }
  CHECK(claimed == expected);
}

STORE_CONTRACT("Store: a claim takes what was begun and not finished before all others") {
  Grounded<TestType> backend;
  Account unfinished = due_at(2, kNow - Ttl(1));
  unfinished.state = AccountState::planned;
  Account later = due_at(4, kNow + Ttl(1));
  later.state = AccountState::planned;
  Account elsewhere = due_at(5, kNow - Ttl(9), "files");
  elsewhere.state = AccountState::planned;
  add_accounts(*backend.store,
               {due_at(1, kNow - Ttl(9)), unfinished, due_at(3, kNow - Ttl(5)), later, elsewhere});
  std::vector<AccountId> claimed;
  while (auto account = must(backend.store->claim_due(shop(), kNow, kNow + kHour))) {
    claimed.push_back(account->id);
  }
  CHECK(claimed == std::vector{account_id(2), account_id(1), account_id(3)});
}

STORE_CONTRACT("Store: of targets that wait equally long the first by name comes first") {
  Grounded<TestType> backend;
  auto on_shop = due_at(1, kNow);
  auto on_files = sample_account(2, "files");
  on_files.next_at = kNow;
  add_accounts(*backend.store, {on_shop, on_files});
  CHECK(must(backend.store->targets_with_due(kNow)) == std::vector{target_name("files"), shop()});
}

STORE_CONTRACT("Store: a claim on one target leaves the others alone") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_accounts(store, {due_at(1, kNow - Ttl(1), "files"), due_at(2, kNow - Ttl(2), "shop"),
                       due_at(3, kNow - Ttl(1), "shop")});
  INFO("the target that waits longest comes first");
  CHECK(must(store.targets_with_due(kNow)) == std::vector{shop(), target_name("files")});

  CHECK(must(store.claim_due(target_name("files"), kNow, kNow + kHour))->id == account_id(1));
  CHECK_FALSE(must(store.claim_due(target_name("files"), kNow, kNow + kHour)).has_value());
  CHECK(must(store.targets_with_due(kNow)) == std::vector{shop()});
  CHECK_FALSE(must(store.claim_due(target_name("third"), kNow, kNow + kHour)).has_value());
}

STORE_CONTRACT("Store: a look at what is due takes nothing") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {due_at(1, kNow)});
  CHECK(must(backend.store->due(kNow, 10)).front().version == 1);
  CHECK(must(backend.store->due(kNow, 10)).size() == 1);
  CHECK(must(backend.store->claim_due(shop(), kNow, kNow + kHour)).has_value());
}

STORE_CONTRACT("Store: the next look is the earliest of all accounts that are not gone") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_accounts(store, {due_at(1, kNow + Ttl(9)), due_at(2, kNow + Ttl(5), "files")});
  CHECK(must(store.next_due()) == kNow + Ttl(5));
  must(store.commit({.accounts = {as_gone(due_at(2, kNow))}}));
  CHECK(must(store.next_due()) == kNow + Ttl(9));
  must(store.commit({.accounts = {as_gone(due_at(1, kNow))}}));
  CHECK_FALSE(must(store.next_due()).has_value());
}

STORE_CONTRACT("Store: an account is overdue from the second of its end until it is gone") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_accounts(store, {ends_at(1, kNow), ends_at(2, kNow - kHour), ends_at(3, kNow + Ttl(1))});
  CHECK(must(store.overdue(kNow - kHour - Ttl(1))).accounts == 0);
  CHECK(must(store.overdue(kNow - Ttl(1))).accounts == 1);
  CHECK(must(store.overdue(kNow)).accounts == 2);
  CHECK(must(store.overdue(kNow)).oldest == kNow - kHour);

  INFO("a lease does not make it less overdue");
  auto leased = ends_at(1, kNow);
  leased.leased_until = kNow + kHour;
  must(store.commit({.accounts = {leased, as_gone(ends_at(2, kNow - kHour))}}));
  CHECK(must(store.overdue(kNow)).accounts == 1);
  CHECK(must(store.overdue(kNow)).oldest == kNow);
}

STORE_CONTRACT("Store: open accounts of a target are those that are not gone") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  auto planned = sample_account(2);
  planned.state = AccountState::planned;
  add_accounts(store, {sample_account(1), planned, sample_account(3, "files")});
  CHECK(must(store.open_accounts_on(shop())) == 2);
  must(store.commit({.accounts = {as_gone(sample_account(1))}}));
  CHECK(must(store.open_accounts_on(shop())) == 1);
  CHECK(must(store.open_accounts_on(target_name("third"))) == 0);
}

STORE_CONTRACT("Store: eight threads claim two hundred accounts and each account goes to one") {
  constexpr int kAccounts = 200;
  constexpr int kThreads = 8;
  Grounded<TestType> backend;
  std::vector<Account> accounts;
  for (int number = 1; number <= kAccounts; ++number) {
    accounts.push_back(due_at(number, kNow));
  }
  add_accounts(*backend.store, std::move(accounts));

  std::mutex mutex;
  std::multiset<AccountId> claimed;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (;;) {
          const auto account = backend.store->claim_due(shop(), kNow, kNow + kHour);
          if (!account || !*account) {
            return;
          }
          const std::lock_guard lock(mutex);
          claimed.insert((*account)->id);
        }
      });
    }
  }
  CHECK(claimed.size() == kAccounts);
  CHECK(std::set<AccountId>(claimed.begin(), claimed.end()).size() == kAccounts);
}

}  // namespace stagepass::tests
