#include "store_backends.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Include = GrantFilter::Include;

Account account_of(int grant, int number, std::string_view target) {
  auto account = sample_account(number, target);
  account.grant = grant_id(grant);
  return account;
}

/// Grant 1: ana, MSP-1, open, on shop and files. Grant 2: bob, MSP-1, gone, on shop. Grant 3: ana,
/// MSP-2, half gone, on files; made before the others.
void add_three_grants(Store& store) {
  auto second = sample_grant(2);
  second.recipient = recipient_name("bob");
  auto third = sample_grant(3);
  third.case_ref = case_ref("MSP-2");
  third.created_at -= kHour;
  must(store.commit(
      {.cases = {{case_ref("MSP-2"), kNow}},
       .recipients = {{recipient_name("bob"), kNow}},
       .new_grants = {second, third},
       .new_accounts = {account_of(1, 12, "shop"), account_of(1, 13, "files"),
                        account_of(1, 11, "shop"), as_gone(account_of(2, 21, "shop")),
                        as_gone(account_of(3, 31, "shop")), account_of(3, 32, "files")}}));
}

std::vector<GrantId> ids_of(Store& store, const GrantFilter& filter) {
  std::vector<GrantId> ids;
  for (const auto& entry : must(store.grants(filter, {}, 100))) {
    ids.push_back(entry.grant.id);
  }
  return ids;
}

std::vector<GrantId> ids(std::initializer_list<int> numbers) {
  std::vector<GrantId> all;
  for (const int number : numbers) {
    all.push_back(grant_id(number));
  }
  return all;
}

}  // namespace

STORE_CONTRACT("Store: a grant comes with its accounts by target and id") {
  Grounded<TestType> backend;
  add_three_grants(*backend.store);
  const auto found = must(backend.store->grant(grant_id(1)));
  REQUIRE(found.accounts.size() == 3);
  CHECK(found.accounts[0].id == account_id(13));
  CHECK(found.accounts[1].id == account_id(11));
  CHECK(found.accounts[2].id == account_id(12));
  CHECK(error_of(backend.store->grant(grant_id(9))) == Errc::not_found);
}

STORE_CONTRACT("Store: grants are listed oldest first and only open ones unless asked") {
  Grounded<TestType> backend;
  add_three_grants(*backend.store);
  CHECK(ids_of(*backend.store, {}) == ids({3, 1}));
  CHECK(ids_of(*backend.store, {.include = Include::all}) == ids({3, 1, 2}));
}

STORE_CONTRACT("Store: a grant without accounts is not open") {
  Grounded<TestType> backend;
  CHECK(ids_of(*backend.store, {}).empty());
  CHECK(ids_of(*backend.store, {.include = Include::all}) == ids({1}));
}

STORE_CONTRACT("Store: filters choose by id and case and recipient and target") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_three_grants(store);
  CHECK(ids_of(store, {.id = grant_id(1)}) == ids({1}));
  CHECK(ids_of(store, {.id = grant_id(2)}).empty());
  CHECK(ids_of(store, {.id = grant_id(2), .include = Include::all}) == ids({2}));
  CHECK(ids_of(store, {.case_ref = case_ref("MSP-1")}) == ids({1}));
  CHECK(ids_of(store, {.case_ref = case_ref("MSP-2")}) == ids({3}));
  CHECK(ids_of(store, {.case_ref = case_ref("MSP-3")}).empty());
  CHECK(ids_of(store, {.recipient = recipient_name("ana")}) == ids({3, 1}));
  CHECK(ids_of(store, {.recipient = recipient_name("bob"), .include = Include::all}) == ids({2}));
  CHECK(ids_of(store, {.target = target_name("files")}) == ids({3, 1}));
  CHECK(ids_of(store, {.target = target_name("shop"), .include = Include::all}) == ids({3, 1, 2}));
  CHECK(ids_of(store, {.target = target_name("third")}).empty());
  CHECK(ids_of(store, {.case_ref = case_ref("MSP-1"),
                       .recipient = recipient_name("bob"),
                       .target = target_name("shop"),
                       .include = Include::all}) == ids({2}));
  CHECK(ids_of(store, {.case_ref = case_ref("MSP-2"), .recipient = recipient_name("bob")}).empty());
}

STORE_CONTRACT("Store: a listed grant shows all its accounts and not only those that match") {
  Grounded<TestType> backend;
  add_three_grants(*backend.store);
  const auto found = must(backend.store->grants({.target = target_name("files")}, {}, 10));
  REQUIRE(found.size() == 2);
  CHECK(found[0].accounts.size() == 2);
  CHECK(found[1].accounts.size() == 3);
}

STORE_CONTRACT("Store: pages follow each other without gap or overlap") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  std::vector<Grant> more;
  for (int number = 2; number <= 7; ++number) {
    more.push_back(sample_grant(number));
  }
  more[3].created_at += kHour;
  must(store.commit({.new_grants = more}));

  const GrantFilter all{.include = Include::all};
  std::vector<GrantId> seen;
  std::optional<GrantId> after;
  for (auto page = must(store.grants(all, after, 3)); !page.empty();
       page = must(store.grants(all, after, 3))) {
    CHECK(page.size() <= 3);
    for (const auto& entry : page) {
      seen.push_back(entry.grant.id);
    }
    after = seen.back();
  }
  CHECK(seen == ids({1, 2, 3, 4, 6, 7, 5}));
  CHECK(must(store.grants(all, {}, 0)).empty());
  CHECK(must(store.grants(all, grant_id(99), 3)).empty());
}

}  // namespace stagepass::tests
