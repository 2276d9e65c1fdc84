#include "store_backends.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Include = GrantFilter::Include;

void check_same(const Retrieval& a, const Retrieval& b) {
  CHECK(a.claimed_at == b.claimed_at);
  CHECK(a.claimed_by == b.claimed_by);
  CHECK(a.retrieved_at == b.retrieved_at);
  CHECK(a.retrieved_by == b.retrieved_by);
}

void check_same(const EndEvidence& a, const EndEvidence& b) {
  CHECK(a.disabled_at == b.disabled_at);
  CHECK(a.sessions_ended_at == b.sessions_ended_at);
  CHECK(a.sessions_ended == b.sessions_ended);
  CHECK(a.deleted_at == b.deleted_at);
  CHECK(a.was_already_absent == b.was_already_absent);
  CHECK(a.verified_at == b.verified_at);
  CHECK(a.login == b.login);
}

void check_same(const std::optional<SealedSecret>& a, const std::optional<SealedSecret>& b) {
  REQUIRE(a.has_value() == b.has_value());
  if (a) {
    CHECK(a->wrapped_key == b->wrapped_key);
    CHECK(a->ciphertext == b->ciphertext);
  }
}

void check_same(const Account& a, const Account& b) {
  CHECK(a.id == b.id);
  CHECK(a.grant == b.grant);
  CHECK(a.target == b.target);
  CHECK(a.user_name == b.user_name);
  CHECK(a.marker == b.marker);
  CHECK(a.state == b.state);
  CHECK(a.created_at == b.created_at);
  CHECK(a.expires_at == b.expires_at);
  CHECK(a.ends_at == b.ends_at);
  CHECK(a.next_at == b.next_at);
  CHECK(a.leased_until == b.leased_until);
  CHECK(a.attempts == b.attempts);
  CHECK(a.last_error == b.last_error);
  CHECK(a.version == b.version);
  check_same(a.secret, b.secret);
  check_same(a.retrieval, b.retrieval);
  check_same(a.evidence, b.evidence);
}

void check_same(const Grant& a, const Grant& b) {
  CHECK(a.id == b.id);
  CHECK(a.case_ref == b.case_ref);
  CHECK(a.recipient == b.recipient);
  CHECK(a.created_at == b.created_at);
  CHECK(a.created_by == b.created_by);
  CHECK(a.expires_at == b.expires_at);
  CHECK(a.ended_at == b.ended_at);
  CHECK(a.end_reason == b.end_reason);
  CHECK(a.ended_by == b.ended_by);
  CHECK(a.retrieve_by == b.retrieve_by);
  CHECK(a.work_time == b.work_time);
  CHECK(a.version == b.version);
}

void check_same(const Target& a, const Target& b) {
  CHECK(a.name == b.name);
  CHECK(a.driver == b.driver);
  CHECK(a.environment == b.environment);
  CHECK(a.settings == b.settings);
  CHECK(a.sealed_settings == b.sealed_settings);
  CHECK(a.created_at == b.created_at);
  CHECK(a.rehearsed_at == b.rehearsed_at);
  CHECK(a.version == b.version);
}

/// No optional field is empty and no value is a default one.
Account full_account(int number) {
  auto account = sample_account(number);
  account.state = AccountState::ending;
  account.leased_until = kNow + Ttl(1);
  account.attempts = 7;
  account.last_error = "ssh: \"no route\"\nto host é";
  account.retrieval = {kNow + Ttl(2), "ana", kNow + Ttl(3), "ana (uid 1000)"};
  account.evidence = {.disabled_at = kNow + Ttl(4),
                      .sessions_ended_at = kNow + Ttl(5),
                      .sessions_ended = 3,
                      .deleted_at = kNow + Ttl(6),
                      .was_already_absent = true,
                      .verified_at = kNow + Ttl(7),
                      .login = LoginCheck::refused};
  return account;
}

}  // namespace

STORE_CONTRACT("Store: the vault record comes back as it was made") {
  TestType backend;
  const auto vault = must(backend.store->vault());
  CHECK(vault.vault_id == sample_vault().vault_id);
  CHECK(vault.created_at == kNow);
  CHECK(vault.key_parameters == sample_vault().key_parameters);
}

STORE_CONTRACT("Store: an account comes back as it was added whether its fields are set or not") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {full_account(1), sample_account(2)});
  check_same(stored_account(*backend.store, 1), full_account(1));
  check_same(stored_account(*backend.store, 2), sample_account(2));
}

STORE_CONTRACT("Store: an empty secret is not the same as none") {
  Grounded<TestType> backend;
  auto empty = sample_account(1);
  empty.secret = SealedSecret{};
  auto none = sample_account(2);
  none.secret.reset();
  add_accounts(*backend.store, {empty, none});
  CHECK(stored_account(*backend.store, 1).secret.has_value());
  CHECK_FALSE(stored_account(*backend.store, 2).secret.has_value());
}

STORE_CONTRACT("Store: an update changes the life of an account and raises its version by one") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1)});
  must(backend.store->commit({.accounts = {full_account(1)}}));
  auto expected = full_account(1);
  expected.version = 2;
  check_same(stored_account(*backend.store, 1), expected);

  expected = as_gone(expected);
  must(backend.store->commit({.accounts = {expected}}));
  expected.version = 3;
  check_same(stored_account(*backend.store, 1), expected);
}

STORE_CONTRACT("Store: an update never changes whose account it is") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1)});
  auto moved = sample_account(1, "files");
  moved.user_name = user_name_for(account_id(2));
  moved.marker = "other";
  must(backend.store->commit({.accounts = {moved}}));
  auto expected = sample_account(1);
  expected.version = 2;
  check_same(stored_account(*backend.store, 1), expected);
}

STORE_CONTRACT("Store: a grant comes back as it was added and updated") {
  Grounded<TestType> backend;
  check_same(must(backend.store->grant(grant_id(1))).grant, sample_grant(1));
  auto ended = sample_grant(1);
  ended.expires_at += kHour;
  ended.ended_at = kNow + Ttl(5);
  ended.ended_by = "root";
  for (const auto reason :
       {EndReason::expired, EndReason::finished, EndReason::revoked, EndReason::not_created}) {
    ended.end_reason = reason;
    must(backend.store->commit({.grants = {ended}}));
    ++ended.version;
    check_same(must(backend.store->grant(grant_id(1))).grant, ended);
  }
}

STORE_CONTRACT("Store: the clocks of a grant come back as they were added and updated") {
  Grounded<TestType> backend;
  auto clocked = sample_grant(2);
  clocked.retrieve_by = kNow + Ttl(60);
  clocked.work_time = Ttl(90);
  must(backend.store->commit({.new_grants = {clocked}}));
  check_same(must(backend.store->grant(grant_id(2))).grant, clocked);

  clocked.work_time.reset();
  must(backend.store->commit({.grants = {clocked}}));
  ++clocked.version;
  check_same(must(backend.store->grant(grant_id(2))).grant, clocked);
  clocked.retrieve_by.reset();
  must(backend.store->commit({.grants = {clocked}}));
  ++clocked.version;
  check_same(must(backend.store->grants({.include = GrantFilter::Include::all}, {}, 9)).at(1).grant,
             clocked);
}

STORE_CONTRACT("Store: an update of a version that is not the stored one is refused") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1)});
  must(backend.store->commit({.grants = {sample_grant(1)},
                              .accounts = {sample_account(1)},
                              .targets = {sample_target("shop")}}));
  CHECK(error_of(backend.store->commit({.grants = {sample_grant(1)}})) == Errc::conflict);
  CHECK(error_of(backend.store->commit({.accounts = {sample_account(1)}})) == Errc::conflict);
  CHECK(error_of(backend.store->commit({.targets = {sample_target("shop")}})) == Errc::conflict);
}

STORE_CONTRACT("Store: one bad update among many changes nothing") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1)});
  auto stale = sample_grant(1);
  stale.version = 9;
  auto changed = full_account(1);
  const ChangeSet changes{.cases = {{case_ref("MSP-2"), kNow}},
                          .new_accounts = {sample_account(2)},
                          .grants = {stale},
                          .accounts = {changed},
                          .new_targets = {sample_target("third")},
                          .removed_targets = {target_name("files")},
                          .audit = {audit_entry("g-1", "never")}};
  CHECK(error_of(backend.store->commit(changes)) == Errc::conflict);

  const auto found = must(backend.store->grant(grant_id(1)));
  REQUIRE(found.accounts.size() == 1);
  check_same(found.accounts.front(), sample_account(1));
  check_same(found.grant, sample_grant(1));
  CHECK(must(backend.store->targets()).size() == 2);
  CHECK(must(backend.store->audit_of("g-1")).empty());
}

STORE_CONTRACT("Store: an account that fails last takes back the whole change") {
  Grounded<TestType> backend;
  auto stale = sample_account(1);
  stale.version = 5;
  add_accounts(*backend.store, {sample_account(1)});
  const ChangeSet changes{
      .new_grants = {sample_grant(2)}, .accounts = {stale}, .audit = {audit_entry("g-2", "never")}};
  CHECK(error_of(backend.store->commit(changes)) == Errc::conflict);
  CHECK(error_of(backend.store->grant(grant_id(2))) == Errc::not_found);
  CHECK(must(backend.store->audit_of("g-2")).empty());
}

STORE_CONTRACT("Store: what exists cannot be added again") {
  Grounded<TestType> backend;
  add_accounts(*backend.store, {sample_account(1)});
  auto other_name = sample_account(1);
  other_name.user_name = user_name_for(account_id(2));
  CHECK(error_of(backend.store->commit({.new_grants = {sample_grant(1)}})) == Errc::conflict);
  CHECK(error_of(backend.store->commit({.new_accounts = {other_name}})) == Errc::conflict);
  CHECK(error_of(backend.store->commit({.new_targets = {sample_target("shop")}})) ==
        Errc::conflict);
}

STORE_CONTRACT("Store: a record is not added and updated in one change") {
  Grounded<TestType> backend;
  CHECK(error_of(backend.store->commit(
            {.new_grants = {sample_grant(2)}, .grants = {sample_grant(2)}})) == Errc::conflict);
  CHECK(error_of(backend.store->commit({.new_accounts = {sample_account(1)},
                                        .accounts = {sample_account(1)}})) == Errc::conflict);
  CHECK(error_of(backend.store->commit({.new_targets = {sample_target("third")},
                                        .targets = {sample_target("third")}})) == Errc::conflict);
}

STORE_CONTRACT("Store: what does not exist cannot be updated or referred to") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  CHECK(error_of(store.commit({.grants = {sample_grant(2)}})) == Errc::not_found);
  CHECK(error_of(store.commit({.accounts = {sample_account(1)}})) == Errc::not_found);
  CHECK(error_of(store.commit({.targets = {sample_target("third")}})) == Errc::not_found);
  CHECK(error_of(store.commit({.new_accounts = {sample_account(1, "third")}})) == Errc::not_found);

  auto without_grant = sample_account(1);
  without_grant.grant = grant_id(2);
  CHECK(error_of(store.commit({.new_accounts = {without_grant}})) == Errc::not_found);
  auto without_case = sample_grant(2);
  without_case.case_ref = case_ref("MSP-2");
  CHECK(error_of(store.commit({.new_grants = {without_case}})) == Errc::not_found);
  auto without_recipient = sample_grant(2);
  without_recipient.recipient = recipient_name("bob");
  CHECK(error_of(store.commit({.new_grants = {without_recipient}})) == Errc::not_found);
}

STORE_CONTRACT("Store: a user name is never used twice on a target") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_accounts(store, {sample_account(1)});
  auto again = sample_account(2);
  again.user_name = sample_account(1).user_name;
  CHECK(error_of(store.commit({.new_accounts = {again}})) == Errc::conflict);

  SECTION("not even after the account is gone") {
    must(store.commit({.accounts = {as_gone(sample_account(1))}}));
    CHECK(error_of(store.commit({.new_accounts = {again}})) == Errc::conflict);
  }
  SECTION("not even after the target was removed and added again") {
    must(store.commit({.accounts = {as_gone(sample_account(1))}}));
    must(store.commit({.removed_targets = {target_name("shop")}}));
    must(store.commit({.new_targets = {sample_target("shop")}}));
    CHECK(error_of(store.commit({.new_accounts = {again}})) == Errc::conflict);
  }
  SECTION("on another target it may be") {
    again.target = target_name("files");
    must(store.commit({.new_accounts = {again}}));
  }
}

STORE_CONTRACT("Store: an account without a next look is refused unless it is gone") {
  Grounded<TestType> backend;
  auto forgotten = sample_account(1);
  forgotten.next_at.reset();
  CHECK(error_of(backend.store->commit({.new_accounts = {forgotten}})) == Errc::internal);
  add_accounts(*backend.store, {sample_account(1)});
  CHECK(error_of(backend.store->commit({.accounts = {forgotten}})) == Errc::internal);
  must(backend.store->commit({.accounts = {as_gone(forgotten)}}));
}

STORE_CONTRACT("Store: a case and a recipient are added once and keep their first day") {
  Grounded<TestType> backend;
  must(backend.store->commit({.cases = {{case_ref("MSP-1"), kNow + kHour}},
                              .recipients = {{recipient_name("ana"), kNow + kHour}},
                              .new_grants = {sample_grant(2)}}));
  CHECK(must(backend.store->grants({.include = Include::all}, {}, 10)).size() == 2);
}

STORE_CONTRACT("Store: a target is added and updated and removed and added again") {
  TestType backend;
  auto& store = *backend.store;
  must(store.commit({.new_targets = {sample_target("shop"), sample_target("files")}}));
  check_same(must(store.target(target_name("shop"))), sample_target("shop"));

  auto changed = sample_target("shop");
  changed.driver = "unix";
  changed.environment = Environment::test;
  changed.settings = {{"host", "shop.example"}};
  changed.sealed_settings = {};
  changed.rehearsed_at = kNow;
  must(store.commit({.targets = {changed}}));
  changed.version = 2;
  check_same(must(store.target(target_name("shop"))), changed);

  const auto all = must(store.targets());
  REQUIRE(all.size() == 2);
  check_same(all[0], sample_target("files"));
  check_same(all[1], changed);

  must(store.commit({.removed_targets = {target_name("shop")}}));
  CHECK(error_of(store.target(target_name("shop"))) == Errc::not_found);
  CHECK(error_of(store.commit({.removed_targets = {target_name("shop")}})) == Errc::not_found);
  must(store.commit({.new_targets = {sample_target("shop")}}));
  check_same(must(store.target(target_name("shop"))), sample_target("shop"));
}

STORE_CONTRACT("Store: a target with accounts that are not gone cannot be removed") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_accounts(store, {sample_account(1)});
  CHECK(error_of(store.commit({.removed_targets = {target_name("shop")}})) == Errc::conflict);
  must(store.commit(
      {.accounts = {as_gone(sample_account(1))}, .removed_targets = {target_name("shop")}}));
  CHECK(must(store.grant(grant_id(1))).accounts.size() == 1);
}

STORE_CONTRACT("Store: audit entries about a subject come back in the order they were written") {
  TestType backend;
  auto& store = *backend.store;
  must(store.commit({.audit = {audit_entry("g-1", "first"), audit_entry("g-2", "other")}}));
  auto earlier = audit_entry("g-1", "second");
  earlier.at -= kHour;
  must(store.commit({.audit = {earlier}}));

  const auto entries = must(store.audit_of("g-1"));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].detail == "first");
  CHECK(entries[0].actor == "root on shop1");
  CHECK(entries[0].action == "grant");
  CHECK(entries[0].subject == "g-1");
  CHECK(entries[1].detail == "second");
  CHECK(entries[1].at == kNow - kHour);
  CHECK(must(store.audit_of("g-3")).empty());
}

}  // namespace stagepass::tests
