#include "store_backends.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

SealedSecret another_secret() {
  return {.wrapped_key = {7, 7, 7}, .ciphertext = {8, 8, 8}};
}

std::int64_t epoch_of(Store& store) {
  return must(store.vault()).key_epoch;
}

}  // namespace

STORE_CONTRACT("a vault begins in epoch 1 and moves on with what is sealed in a newer one") {
  Grounded<TestType> backend;
  CHECK(epoch_of(*backend.store) == 1);
  must(backend.store->commit({.new_accounts = {sample_account(1)}, .key_epoch = 1}));
  CHECK(epoch_of(*backend.store) == 1);
  must(backend.store->commit({.key_epoch = 3, .audit = {audit_entry("vault", "epoch 3")}}));
  CHECK(epoch_of(*backend.store) == 3);
  must(backend.store->commit({.new_accounts = {sample_account(2)}, .key_epoch = 3}));
  CHECK(epoch_of(*backend.store) == 3);
}

STORE_CONTRACT("a secret of an older epoch is refused and nothing beside it is kept") {
  Grounded<TestType> backend;
  must(backend.store->commit({.key_epoch = 2}));
  CHECK(error_of(backend.store->commit({.new_accounts = {sample_account(1)},
                                        .key_epoch = 1,
                                        .audit = {audit_entry("vault", "not kept")}})) ==
        Errc::conflict);
  CHECK_FALSE(must(backend.store->account(account_id(1))).has_value());
  CHECK(must(backend.store->audit_of("vault")).empty());
  CHECK(epoch_of(*backend.store) == 2);
}

STORE_CONTRACT("what seals nothing asks for no epoch") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1)});
  must(backend.store->commit({.key_epoch = 9}));
  auto account = stored_account(*backend.store, 1);
  account.leased_until = kNow + kHour;
  must(backend.store->commit({.accounts = {account}}));
  CHECK(epoch_of(*backend.store) == 9);
}

STORE_CONTRACT("other key parameters come with every secret there is, or not at all") {
  Grounded<TestType> backend;
  add_accounts(*backend.store,
               {sample_account(1), sample_account(2, "files"), as_gone(sample_account(3))});
  auto first = stored_account(*backend.store, 1);
  auto second = stored_account(*backend.store, 2);
  first.secret = another_secret();
  CHECK(error_of(backend.store->commit({.accounts = {first}, .key_parameters = {{5}}})) ==
        Errc::conflict);
  CHECK(must(backend.store->vault()).key_parameters == sample_vault().key_parameters);
  CHECK(stored_account(*backend.store, 1).secret->wrapped_key != another_secret().wrapped_key);

  second.secret = another_secret();
  must(backend.store->commit(
      {.accounts = {first, second}, .key_epoch = 2, .key_parameters = {{5}}}));
  CHECK(must(backend.store->vault()).key_parameters == std::vector<std::uint8_t>{5});
  CHECK(stored_account(*backend.store, 1).secret->wrapped_key == another_secret().wrapped_key);
  CHECK(epoch_of(*backend.store) == 2);
}

}  // namespace stagepass::tests
