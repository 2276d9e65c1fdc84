#include "store_backends.hpp"

#include <string>
#include <support/catch.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

void check_same(const Case& a, const Case& b) {
  CHECK(a.ref == b.ref);
  CHECK(a.created_at == b.created_at);
  CHECK(a.opened_at == b.opened_at);
  CHECK(a.closed_at == b.closed_at);
  CHECK(a.environment == b.environment);
  CHECK(a.platform == b.platform);
  CHECK(a.versions == b.versions);
  CHECK(a.answers == b.answers);
  CHECK(a.timebox_at == b.timebox_at);
  CHECK(a.version == b.version);
}

/// No optional field is empty.
Case full_case(std::string_view ref) {
  Case record{case_ref(ref), kNow};
  record.opened_at = kNow + Ttl(1);
  record.closed_at = kNow + Ttl(2);
  record.environment = Environment::test;
  record.platform = "Shopware é";
  record.versions = "6.6, plug-in 3.2";
  for (const Basic basic : kBasics) {
    record.answers.emplace(basic, "about " + std::string(to_string(basic)));
  }
  record.timebox_at = kNow + 100 * kHour;
  return record;
}

Case stored_case(Store& store, std::string_view ref = "MSP-1") {
  return must(store.find_case(case_ref(ref))).value();
}

/// MSP-1 as it is stored, after `change`.
template <class Change>
ChangeSet with_case(Store& store, Change change) {
  Case record = stored_case(store);
  change(record);
  ChangeSet changes;
  changes.changed_cases.push_back(std::move(record));
  return changes;
}

auto ends_at(Timestamp end) {
  return [end](Case& record) { record.timebox_at = end; };
}

auto is_closed() {
  return [](Case& record) { record.closed_at = kNow; };
}

}  // namespace

STORE_CONTRACT("Store: a case that only a grant has named is nothing but its day") {
  Grounded<TestType> backend;
  must(backend.store->commit({.cases = {full_case("MSP-1"), full_case("MSP-2")}}));
  check_same(stored_case(*backend.store), Case{case_ref("MSP-1"), kNow});
  check_same(stored_case(*backend.store, "MSP-2"), Case{case_ref("MSP-2"), kNow});
  CHECK_FALSE(must(backend.store->find_case(case_ref("MSP-3"))).has_value());
}

STORE_CONTRACT("Store: a case comes back as it was added and updated") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  must(store.commit({.new_cases = {full_case("MSP-2")}}));
  check_same(stored_case(store, "MSP-2"), full_case("MSP-2"));

  Case emptied{case_ref("MSP-2"), kNow + kHour};
  must(store.commit({.changed_cases = {emptied}}));
  emptied.created_at = kNow;  // its first day stays
  emptied.version = 2;
  check_same(stored_case(store, "MSP-2"), emptied);

  Case again = full_case("MSP-2");
  again.version = 2;
  must(store.commit({.changed_cases = {again}}));
  again.version = 3;
  check_same(stored_case(store, "MSP-2"), again);
}

STORE_CONTRACT("Store: a case is added once and updated from the version that is stored") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  CHECK(error_of(store.commit({.new_cases = {full_case("MSP-1")}})) == Errc::conflict);
  CHECK(error_of(store.commit({.changed_cases = {full_case("MSP-2")}})) == Errc::not_found);
  CHECK(error_of(store.commit({.new_cases = {full_case("MSP-2")},
                               .changed_cases = {full_case("MSP-2")}})) == Errc::conflict);
  must(store.commit({.changed_cases = {full_case("MSP-1")}}));
  CHECK(error_of(store.commit({.changed_cases = {full_case("MSP-1")}})) == Errc::conflict);
}

STORE_CONTRACT("Store: cases are listed by reference and a page at a time") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  must(store.commit({.cases = {full_case("b"), full_case("A"), full_case("a/1")}}));
  std::vector<std::string> refs;
  std::optional<CaseRef> after;
  while (true) {
    const auto page = must(store.cases(after, 1));
    if (page.empty()) {
      break;
    }
    REQUIRE(page.size() == 1);
    refs.push_back(page.front().ref.str());
    after = page.front().ref;
  }
  CHECK(refs == std::vector<std::string>{"A", "MSP-1", "a/1", "b"});
  CHECK(must(store.cases({}, 3)).size() == 3);
}

STORE_CONTRACT("Store: a case comes with what the newest entry about it says of it") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  const auto vouch = [&](const char* mac) {
    AuditEntry entry = audit_entry("case/MSP-1", "");
    vouch_for(entry, "case/MSP-1", mac);
    must(store.commit({.audit = {entry}}));
  };
  CHECK(stored_case(store).vouched_mac.empty());
  vouch("first");
  vouch("second");
  INFO("an entry about something of the same name is about something else");
  AuditEntry other = audit_entry("MSP-1", "");
  vouch_for(other, "case/MSP-1", "third");
  must(store.commit({.audit = {other}}));
  CHECK(stored_case(store).vouched_mac == "second");
  CHECK(must(store.cases({}, 10)).front().vouched_mac == "second");
}

STORE_CONTRACT("Store: no grant is added or lengthened beyond the time-box of its case") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  must(store.commit(with_case(store, ends_at(kNow + kHour + Ttl(1)))));
  auto late = sample_grant(2);
  late.expires_at = kNow + kHour + Ttl(2);
  CHECK(error_of(store.commit({.new_grants = {late}})) == Errc::conflict);
  auto longer = sample_grant(1);
  longer.expires_at = kNow + kHour + Ttl(2);
  CHECK(error_of(store.commit({.grants = {longer}})) == Errc::conflict);
  INFO("whatever case the update says it is of");
  must(store.commit({.cases = {{case_ref("free"), kNow}}}));
  longer.case_ref = case_ref("free");
  CHECK(error_of(store.commit({.grants = {longer}})) == Errc::conflict);
  CHECK(error_of(store.grant(grant_id(2))) == Errc::not_found);

  late.expires_at = longer.expires_at = kNow + kHour + Ttl(1);
  must(store.commit({.new_grants = {late}, .grants = {longer}}));
}

STORE_CONTRACT("Store: no grant is added or lengthened under a case that is closed") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  must(store.commit(with_case(store, is_closed())));
  CHECK(error_of(store.commit({.new_grants = {sample_grant(2)}})) == Errc::conflict);
  auto changed = sample_grant(1);
  changed.expires_at += Ttl(1);
  CHECK(error_of(store.commit({.grants = {changed}})) == Errc::conflict);

  INFO("to end one is always allowed");
  changed.expires_at = kNow + Ttl(1);
  changed.ended_at = kNow;
  must(store.commit({.grants = {changed}}));
}

STORE_CONTRACT("Store: no time-box is set that a live account would outlive") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  auto account = sample_account(1);
  account.state = GENERATE(AccountState::planned, AccountState::active);
  add_accounts(store, {account});
  const Timestamp before_its_end = account.ends_at - Ttl(1);
  CHECK(error_of(store.commit(with_case(store, ends_at(before_its_end)))) == Errc::conflict);
  CHECK_FALSE(stored_case(store).timebox_at.has_value());

  SECTION("though it ends before unless it is retrieved") {
    account.ends_at -= Ttl(60);
    must(store.commit({.accounts = {account}}));
    CHECK(error_of(store.commit(with_case(store, ends_at(before_its_end)))) == Errc::conflict);
  }
  SECTION("with its end it may be") {
    must(store.commit(with_case(store, ends_at(account.ends_at))));
  }
  SECTION("when the account is cut with it, it may be") {
    auto changes = with_case(store, ends_at(before_its_end));
    account.ends_at = account.expires_at = before_its_end;
    changes.accounts = {account};
    must(store.commit(changes));
  }
  SECTION("when the account is ending, it may be") {
    account.state = AccountState::ending;
    must(store.commit({.accounts = {account}}));
    must(store.commit(with_case(store, ends_at(before_its_end))));
  }
  SECTION("an account of another case is no matter") {
    must(store.commit({.cases = {{case_ref("MSP-2"), kNow}}}));
    Case other = stored_case(store, "MSP-2");
    other.timebox_at = before_its_end;
    must(store.commit({.changed_cases = {other}}));
  }
}

STORE_CONTRACT("Store: what was outlived already holds up no other change of a case") {
  Grounded<TestType> backend;
  auto& store = *backend.store;
  must(store.commit(with_case(store, ends_at(kNow + kHour))));
  auto outliving = sample_account(1);  // as somebody may have written it
  outliving.ends_at += kHour;
  add_accounts(store, {outliving});
  must(store.commit(with_case(store, [](Case& record) { record.platform = "x"; })));
  must(store.commit(with_case(store, is_closed())));
}

}  // namespace stagepass::tests
