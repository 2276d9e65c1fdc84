#include "raw_database.hpp"
#include "store_backends.hpp"

#include <algorithm>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

AuditHead must_follow(const std::vector<AuditEntry>& log) {
  AuditHead head;
  for (const AuditEntry& entry : log) {
    head = must(followed_by(head, entry));
  }
  return head;
}

}  // namespace

STORE_CONTRACT("Store: the audit log numbers and chains its entries from the first") {
  TestType backend;
  auto& store = *backend.store;
  CHECK(must(store.audit_head()) == AuditHead{});
  must(store.commit({.audit = {audit_entry("g-1", "first"), audit_entry("g-2", "second")}}));
  must(store.commit({.audit = {audit_entry("g-1", "third")}}));

  const auto log = must(store.audit(0, 10));
  REQUIRE(log.size() == 3);
  CHECK(log[2].detail == "third");
  CHECK(log[2].position == 3);
  CHECK(must_follow(log) == must(store.audit_head()));
  CHECK(must(store.audit_of("g-1"))[1].position == 3);
}

STORE_CONTRACT("Store: the audit log is read page by page") {
  TestType backend;
  auto& store = *backend.store;
  for (int number = 1; number <= 5; ++number) {
    must(store.commit({.audit = {audit_entry("g-1", std::to_string(number))}}));
  }
  const auto page = must(store.audit(2, 2));
  REQUIRE(page.size() == 2);
  CHECK(page[0].position == 3);
  CHECK(page[1].position == 4);
  CHECK(must(store.audit(5, 2)).empty());
  CHECK(must(store.audit(99, 2)).empty());
}

STORE_CONTRACT("Store: a change that fails leaves the audit log as it was") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  const AuditHead before = must(store.audit_head());
  CHECK_FALSE(store.commit({.grants = {sample_grant(99)}, .audit = {audit_entry("g-1", "never")}}));
  CHECK(must(store.audit_head()) == before);
}

STORE_CONTRACT("Store: what must be unheard of is committed once") {
  TestType backend;
  auto& store = *backend.store;
  const ChangeSet once{.audit = {audit_entry("approval/1", "used")}, .unheard = {"approval/1"}};
  must(store.commit(once));
  CHECK(error_of(store.commit(once)) == Errc::conflict);
  CHECK(must(store.audit_of("approval/1")).size() == 1);
  must(store.commit({.audit = {audit_entry("approval/1", "looked at")}}));
  must(store.commit({.audit = {audit_entry("approval/11", "used")}, .unheard = {"approval/11"}}));
}

STORE_CONTRACT("Store: a record comes with the MAC that the newest entry gives to it") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  add_accounts(store, {sample_account(1)});
  const std::string id = account_id(1).str();
  const auto mac = [&] { return must(store.account(account_id(1)))->vouched_mac; };
  const auto vouch = [&](const std::string& subject, const std::string& record, const char* value) {
    AuditEntry entry = audit_entry(subject, "vouches");
    vouch_for(entry, record, value);
    must(store.commit({.audit = {entry, audit_entry(subject, "vouches for nothing")}}));
  };
  CHECK(mac().empty());
  vouch(id, "account/" + id, "one");
  CHECK(mac() == "one");
  vouch(grant_id(1).str(), "account/" + id, "two");
  CHECK(mac() == "two");
  vouch(id, "account/" + id, "three");
  CHECK(mac() == "three");
  vouch("g-0000000000", "account/" + id, "about another grant");
  vouch(id, "grant/" + id, "another record");
  CHECK(mac() == "three");

  CHECK(must(store.accounts_on(target_name("shop"), std::nullopt, 1))[0].vouched_mac == "three");
  CHECK(must(store.claim_due(target_name("shop"), kNow + kHour, kNow + 2 * kHour))->vouched_mac ==
        "three");
  CHECK(must(store.grant(grant_id(1))).accounts[0].vouched_mac == "three");
  vouch(grant_id(1).str(), "grant/" + grant_id(1).str(), "grant");
  CHECK(must(store.grant(grant_id(1))).grant.vouched_mac == "grant");
  vouch("shop", "target/shop", "target");
  CHECK(must(store.target(target_name("shop"))).vouched_mac == "target");
  CHECK(must(store.targets()).back().vouched_mac == "target");
}

TEST_CASE("SQLite: entries of an earlier version are chained when the log goes on", "[store]") {
  const Sqlite backend;
  must(backend.store->commit({.audit = {audit_entry("g-1", "one"), audit_entry("g-1", "two")}}));
  const AuditHead chained = must(backend.store->audit_head());
  RawDatabase(backend.path).run("UPDATE audit SET hash = NULL");
  CHECK(must(backend.store->audit_head()) == AuditHead{});

  must(backend.store->commit({.audit = {audit_entry("g-1", "three")}}));

  const auto log = must(backend.store->audit(0, 10));
  CHECK(log[1].hash == chained.hash);
  CHECK(must_follow(log) == must(backend.store->audit_head()));
}

TEST_CASE("SQLite: an audit log that somebody has damaged can still be continued", "[store]") {
  const std::string damage =
      GENERATE("UPDATE audit SET hash = NULL WHERE id = 3", "UPDATE audit SET hash = x'00'",
               "UPDATE audit SET hash = x'' WHERE id = 3",
               "UPDATE audit SET hash = NULL; DELETE FROM audit WHERE id = 2",
               "DELETE FROM audit WHERE id <> 3", "DELETE FROM audit",
               "UPDATE audit SET id = 9223372036854775807 WHERE id = 2",
               "UPDATE audit SET id = -7 WHERE id = 3");
  CAPTURE(damage);
  const Sqlite backend;
  must(backend.store->commit({.audit = {audit_entry("g-1", "one"), audit_entry("g-1", "two"),
                                        audit_entry("g-1", "three")}}));
  RawDatabase(backend.path).run(damage);

  must(backend.store->commit({.audit = {audit_entry("g-1", "four")}}));
  must(backend.store->commit({.audit = {audit_entry("g-1", "five")}}));

  const auto entries = must(backend.store->audit_of("g-1"));
  CHECK(std::any_of(entries.begin(), entries.end(),
                    [](const AuditEntry& entry) { return entry.detail == "five"; }));
}

}  // namespace stagepass::tests
