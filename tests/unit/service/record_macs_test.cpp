#include "unit/service/service_fixture.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/receipt.hpp>
#include <stagepass/service/recovery.hpp>

#include <functional>
#include <proof/simulation/forwarding_store.hpp>
#include <service/record_content.hpp>
#include <support/catch.hpp>
#include <utility>
#include <vector>

namespace stagepass::tests {
namespace {

template <class Record>
using Edits = std::vector<std::pair<const char*, std::function<void(Record&)>>>;

const Edits<Account>& account_edits() {
  static const Edits<Account> edits = {
      {"id", [](Account& a) { a.id = AccountId::from_seed({1}); }},
      {"grant", [](Account& a) { a.grant = GrantId::from_seed({1}); }},
      {"target", [](Account& a) { a.target = target_name("shop"); }},
      {"user name", [](Account& a) { a.user_name = user_name_for(AccountId::from_seed({1})); }},
      {"marker", [](Account& a) { a.marker += "x"; }},
      {"state", [](Account& a) { a.state = AccountState::ending; }},
      {"created", [](Account& a) { a.created_at += 1s; }},
      {"agreed end", [](Account& a) { a.expires_at += 1s; }},
      {"end", [](Account& a) { a.ends_at += 1s; }},
      {"attempts", [](Account& a) { ++a.attempts; }},
      {"last error", [](Account& a) { a.last_error = "x"; }},
      {"no secret", [](Account& a) { a.secret.reset(); }},
      {"ciphertext", [](Account& a) { a.secret->ciphertext.back() ^= 1; }},
      {"claimed", [](Account& a) { a.retrieval.claimed_at = a.created_at; }},
      {"claimed by", [](Account& a) { a.retrieval.claimed_by = "x"; }},
      {"retrieved", [](Account& a) { a.retrieval.retrieved_at = a.created_at; }},
      {"retrieved by", [](Account& a) { a.retrieval.retrieved_by = "x"; }},
      {"disabled", [](Account& a) { a.evidence.disabled_at = a.created_at; }},
      {"sessions ended", [](Account& a) { a.evidence.sessions_ended_at = a.created_at; }},
      {"sessions", [](Account& a) { ++a.evidence.sessions_ended; }},
      {"deleted", [](Account& a) { a.evidence.deleted_at = a.created_at; }},
      {"absent", [](Account& a) { a.evidence.was_already_absent = true; }},
      {"verified", [](Account& a) { a.evidence.verified_at = a.created_at; }},
      {"login", [](Account& a) { a.evidence.login = LoginCheck::refused; }},
      {"no MAC", [](Account& a) { a.vouched_mac.clear(); }}};
  return edits;
}

const Edits<Grant>& grant_edits() {
  static const Edits<Grant> edits = {
      {"id", [](Grant& g) { g.id = GrantId::from_seed({1}); }},
      {"case", [](Grant& g) { g.case_ref = must(CaseRef::parse("MSP-1")); }},
      {"recipient", [](Grant& g) { g.recipient = must(RecipientName::parse("eve")); }},
      {"created", [](Grant& g) { g.created_at += 1s; }},
      {"created by", [](Grant& g) { g.created_by += "x"; }},
      {"end", [](Grant& g) { g.expires_at += 1s; }},
      {"ended", [](Grant& g) { g.ended_at = g.created_at; }},
      {"reason", [](Grant& g) { g.end_reason = EndReason::finished; }},
      {"ended by", [](Grant& g) { g.ended_by = "x"; }},
      {"retrieve by", [](Grant& g) { g.retrieve_by = g.expires_at; }},
      {"time to work", [](Grant& g) { g.work_time = Ttl(30min); }},
      {"no MAC", [](Grant& g) { g.vouched_mac.clear(); }}};
  return edits;
}

const Edits<Grant>& clock_edits() {
  static const Edits<Grant> edits = {
      {"no retrieve by", [](Grant& g) { g.retrieve_by.reset(); }},
      {"no time to work", [](Grant& g) { g.work_time.reset(); }},
      {"neither", [](Grant& g) { g.retrieve_by.reset(), g.work_time.reset(); }},
      {"the one for the other", [](Grant& g) {
         g.work_time = g.retrieve_by->time_since_epoch();
         g.retrieve_by.reset();
       }}};
  return edits;
}

const Edits<Target>& target_edits() {
  static const Edits<Target> edits = {
      {"name", [](Target& t) { t.name = target_name("shop"); }},
      {"driver", [](Target& t) { t.driver = "command"; }},
      {"environment", [](Target& t) { t.environment = Environment::live; }},
      {"created", [](Target& t) { t.created_at += 1s; }},
      {"rehearsed", [](Target& t) { t.rehearsed_at = t.created_at; }},
      {"a setting", [](Target& t) { t.settings["host"] = "evil.example"; }},
      {"a secret setting", [](Target& t) { t.sealed_settings["password"] = {1}; }},
      {"no MAC", [](Target& t) { t.vouched_mac.clear(); }}};
  return edits;
}

/// Somebody has made the database forget what is due.
class ForgetfulIndex final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::vector<TargetName>> targets_with_due(Timestamp now) override {
    return is_mended_ ? ForwardingStore::targets_with_due(now)
                      : Result<std::vector<TargetName>>(std::vector<TargetName>());
  }
  Result<bool> mend_indexes() override { return !std::exchange(is_mended_, true); }

 private:
  bool is_mended_ = false;
};

class RecordFixture : public ServiceFixture {
 public:
  void tamper_target(const char* name, const std::function<void(Target&)>& edit) {
    ChangeSet changes;
    changes.targets.push_back(must(store->target(target_name(name))));
    edit(changes.targets.front());
    must(store->commit(changes));
  }

  void tamper_grant(Grant grant) {
    ChangeSet changes;
    changes.grants.push_back(std::move(grant));
    must(store->commit(changes));
  }

  Result<void> show(const GrantId& id) {
    return grants.retrieve(id, std::nullopt,
                           [](const service::ShownGrant&) { return Result<void>(); });
  }
};

/// Somebody has taken an account out of its grant.
class HidingStore final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<GrantWithAccounts> grant(const GrantId& id) override {
    auto found = ForwardingStore::grant(id);
    found->accounts.pop_back();
    return found;
  }
};

/// Somebody has rewritten an entry, and left its hash.
class RewrittenLog final : public proof::ForwardingStore {
 public:
  RewrittenLog(Store& real, AuditEntry entry) : ForwardingStore(real), entry_(std::move(entry)) {}
  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) override {
    auto entries = ForwardingStore::audit(after, limit);
    for (AuditEntry& entry : *entries) {
      entry = entry.position == entry_.position ? entry_ : entry;
    }
    return entries;
  }

 private:
  AuditEntry entry_;
};

/// What an earlier version wrote: the first entries vouch for nothing.
class EarlierLog final : public proof::ForwardingStore {
 public:
  explicit EarlierLog(Store& real)
      : ForwardingStore(real), earlier_(must(real.audit_head()).size) {}

  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) override {
    auto entries = ForwardingStore::audit(after, limit);
    for (AuditEntry& entry : *entries) {
      if (entry.position <= earlier_) {
        entry.records.clear();
      }
    }
    AuditHead head;
    for (AuditEntry& entry : *entries) {
      head = extended({entry.position - 1, head.hash}, entry);
      entry.hash = head.hash;
    }
    return entries;
  }
  Result<std::optional<Account>> account(const AccountId& id) override {
    auto account = ForwardingStore::account(id);
    (*account)->vouched_mac.clear();
    return account;
  }

 private:
  std::int64_t earlier_;
};

}  // namespace

TEST_CASE_METHOD(RecordFixture, "Records: one that was edited in any column is not ours",
                 "[service]") {
  const auto made = granted({"files"});
  const auto found = must(store->grant(made.grant.id));
  auto asked = request({"files"});
  asked.retrieve_by = Ttl(4h);
  asked.work_time = Ttl(2h);
  const auto with_clocks = must(grants.grant(asked, progress));
  const auto check = [&](const auto& record, const auto& edits) {
    REQUIRE(is_authentic(workspace, record));
    for (const auto& [column, edit] : edits) {
      INFO(column);
      auto edited = record;
      edit(edited);
      CHECK_FALSE(is_authentic(workspace, edited));
    }
  };
  check(found.accounts.front(), account_edits());
  check(found.grant, grant_edits());
  check(with_clocks.grant, grant_edits());
  check(with_clocks.grant, clock_edits());
  check(must(store->target(target_name("files"))), target_edits());
}

TEST_CASE("Records: a grant without clocks is vouched for as earlier versions have done it",
          "[service]") {
  const Grant grant{.id = must(GrantId::parse("g-0000000000")),
                    .case_ref = must(CaseRef::parse("MSP-1")),
                    .recipient = must(RecipientName::parse("ana")),
                    .created_at = Timestamp(7s),
                    .created_by = "root",
                    .expires_at = Timestamp(8s),
                    .ended_at = Timestamp(9s),
                    .end_reason = EndReason::finished,
                    .ended_by = "eve"};
  CHECK(to_hex(service::content_of(grant)) ==
        "00000000000000076772616e742031000000000000000c672d303030303030303030300000000000"
        "0000054d53502d310000000000000003616e6100000000000000070000000000000004726f6f7400"
        "0000000000000800000000000000010000000000000009000000000000000866696e697368656400"
        "00000000000003657665");
}

TEST_CASE_METHOD(RecordFixture, "Records: stay ours when the store puts them off or leases them",
                 "[service]") {
  const auto made = granted({"files"});
  Account account = stored(made.accounts[0]);
  account.next_at = clock.now() + 1s;
  account.leased_until = clock.now() + 1h;
  tamper(account);
  CHECK(is_authentic(workspace, stored(account)));
  CHECK(stored(account).version > account.version);
}

TEST_CASE_METHOD(RecordFixture, "Records: every step of a life leaves ones that are ours",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  const auto all_are_ours = [&] {
    const auto found = must(store->grant(made.grant.id));
    return require_authentic(workspace, found).has_value();
  };
  CHECK(all_are_ours());
  must(show(made.grant.id));
  CHECK(all_are_ours());
  must(grants.extend(made.grant.id, Ttl(9h), progress));
  CHECK(all_are_ours());
  shop().set_down(true);
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  CHECK(all_are_ours());
  shop().set_down(false);
  clock.advance(24h);
  purge();
  CHECK(all_are_ours());
  CHECK(stored(made.accounts[1]).state == AccountState::gone);
}

TEST_CASE_METHOD(RecordFixture,
                 "Records: an account whose record was edited is ended by its mark, and nothing is "
                 "done by the record",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  const Account before = stored(made.accounts[0]);
  Account edited = before;
  edited.ends_at = edited.expires_at = clock.now() + 1000h;
  tamper(edited);
  clock.advance(1h);

  const auto report = purge();

  REQUIRE(report.accounts.size() == 1);
  CHECK(report.accounts[0].problem->code == Errc::corrupt);
  REQUIRE(report.audits.size() == 1);
  CHECK(must(report.audits[0].second).orphans.size() == 1);
  CHECK(files().account_count() == 0);
  const Account after = stored(before);
  CHECK(after.state == AccountState::active);
  CHECK(after.ends_at == edited.ends_at);
  CHECK_FALSE(is_authentic(workspace, after));
}

TEST_CASE_METHOD(RecordFixture,
                 "Records: an edited one that is put off for ever is found by the daily comparison",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  Account edited = stored(made.accounts[0]);
  edited.ends_at = edited.expires_at = clock.now() + 1000h;
  edited.next_at = clock.now() + 1000h;
  tamper(edited);
  clock.advance(24h);

  const auto report = purge();

  CHECK(report.accounts.empty());
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(RecordFixture, "Records: one that is only put off is due at its end all the same",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  Account edited = stored(made.accounts[0]);
  edited.next_at = clock.now() + 1000h;
  edited.leased_until = clock.now() + 1000h;
  tamper(edited);
  clock.advance(1h);
  purge();
  CHECK(stored(edited).state == AccountState::gone);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(RecordFixture, "Records: an older one that is put back is not ours", "[service]") {
  const auto made = granted({"files"});
  Account before = stored(made.accounts[0]);
  must(show(made.grant.id));
  before.version = stored(before).version;
  tamper(before);

  CHECK(error_of(show(made.grant.id)) == Errc::corrupt);
  CHECK(error_of(grants.extend(made.grant.id, Ttl(9h), progress)) == Errc::corrupt);
}

TEST_CASE_METHOD(RecordFixture, "Records: two whose contents are swapped are not ours",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  Account files_account = stored(made.accounts[0]);
  Account shop_account = stored(made.accounts[1]);
  std::swap(files_account.secret, shop_account.secret);
  tamper(files_account);
  tamper(shop_account);
  CHECK(error_of(show(made.grant.id)) == Errc::corrupt);

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));

  for (const auto& outcome : report.accounts) {
    REQUIRE(outcome.problem);
    CHECK(outcome.problem->code == Errc::corrupt);
  }
  clock.advance(24h);
  purge();
  CHECK(files().account_count() + shop().account_count() == 0);
}

TEST_CASE_METHOD(RecordFixture, "Records: a target whose record was edited gets no secret",
                 "[service]") {
  const auto made = granted({"files"});
  files().forget_calls();
  tamper_target("files", [](Target& target) { target.settings["host"] = "evil.example"; });

  CHECK(error_of(grants.grant(request({"files"}), progress)) == Errc::corrupt);
  CHECK(error_of(grants.extend(made.grant.id, Ttl(9h), progress)) == Errc::corrupt);
  const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));
  REQUIRE(report.accounts[0].problem);
  CHECK(report.accounts[0].problem->code == Errc::corrupt);
  CHECK(files().calls().empty());
}

TEST_CASE_METHOD(RecordFixture,
                 "Records: an edited grant gets no receipt, and its accounts end without it",
                 "[service]") {
  const auto made = granted({"files"});
  Grant edited = must(store->grant(made.grant.id)).grant;
  edited.ended_by = "somebody";
  tamper_grant(edited);

  CHECK(error_of(show(made.grant.id)) == Errc::corrupt);
  const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));

  CHECK_FALSE(report.accounts[0].problem);
  CHECK(files().account_count() == 0);
  CHECK(error_of(service::receipt_of(workspace, made.grant.id, std::nullopt)) == Errc::corrupt);
  CHECK_FALSE(must(store->grant(made.grant.id)).grant.ended_at);
}

TEST_CASE_METHOD(RecordFixture, "Records: a receipt says nothing that somebody else has written",
                 "[service]") {
  const auto made = granted({"files"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  REQUIRE(service::receipt_of(workspace, made.grant.id, std::nullopt));
  Account edited = stored(made.accounts[0]);
  edited.evidence.login = LoginCheck::refused;
  edited.retrieval.retrieved_by = "nobody";
  tamper(edited);
  CHECK(error_of(service::receipt_of(workspace, made.grant.id, std::nullopt)) == Errc::corrupt);
}

TEST_CASE_METHOD(RecordFixture,
                 "Records: an account that was hidden from its grant spoils the receipt",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  REQUIRE(service::receipt_of(workspace, made.grant.id, std::nullopt));
  HidingStore hiding(*store);
  service::Workspace sick{hiding, vault, drivers, *guard, random, "merchant", {}};
  CHECK(error_of(service::receipt_of(sick, made.grant.id, std::nullopt)) == Errc::corrupt);
}

TEST_CASE_METHOD(RecordFixture, "Recover: finds what was changed, and goes on with it when told",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  CHECK(must(service::find_changed_records(workspace)).empty());
  Account edited = stored(made.accounts[0]);
  edited.ends_at += 1000h;
  tamper(edited);
  Grant grant = must(store->grant(made.grant.id)).grant;
  grant.expires_at += 1000h;
  tamper_grant(grant);
  tamper_target("shop", [](Target& target) { target.settings["port"] = "2222"; });

  const auto changed = must(service::find_changed_records(workspace));
  CHECK(changed.accounts.size() == 1);
  CHECK(changed.grants.size() == 1);
  CHECK(changed.targets.size() == 1);
  CHECK(error_of(service::withdraw_changed_account(workspace, edited)) == Errc::pending);

  must(service::accept_changed_records(workspace, changed));
  must(service::audit_target(workspace, target_name("files"), {.stop_at = clock.now() + 1min}));
  must(service::withdraw_changed_account(workspace, stored(edited)));

  CHECK(must(service::find_changed_records(workspace)).empty());
  CHECK(files().account_count() == 0);
  CHECK(stored(edited).state == AccountState::gone);
  CHECK(error_of(service::receipt_of(workspace, made.grant.id, target_name("files"))) ==
        Errc::pending);
}

TEST_CASE_METHOD(RecordFixture, "Records: those of an earlier version are vouched for, once",
                 "[service]") {
  const auto made = granted({"files"});
  EarlierLog earlier(*store);
  service::Workspace after{earlier, vault, drivers, *guard, random, "merchant", {}};
  CHECK_FALSE(is_authentic(after, must(earlier.account(made.accounts[0].id)).value()));

  must(service::vouch_for_earlier_records(after, progress));

  CHECK(require_authentic(workspace, must(store->grant(made.grant.id))));
  const AuditHead head = must(store->audit_head());
  must(service::vouch_for_earlier_records(after, progress));
  CHECK(must(store->audit_head()) == head);
}

TEST_CASE_METHOD(RecordFixture,
                 "Records: nothing is vouched for because the log was made to look old",
                 "[service]") {
  const auto made = granted({"files"});
  Account edited = stored(made.accounts[0]);
  edited.ends_at += 1000h;
  tamper(edited);
  AuditEntry blanked = must(store->audit(0, 1)).front();
  blanked.records.clear();
  RewrittenLog rewritten(*store, blanked);
  service::Workspace sick{rewritten, vault, drivers, *guard, random, "merchant", {}};

  CHECK(error_of(service::vouch_for_earlier_records(sick, progress)) == Errc::corrupt);
  CHECK_FALSE(is_authentic(workspace, stored(edited)));
}

TEST_CASE_METHOD(RecordFixture, "Purge: reads all of the log once a day, and tells what is wrong",
                 "[service]") {
  granted({"files"});
  clock.advance(24h);
  CHECK_FALSE(purge().vault_problem);

  AuditEntry second = must(store->audit(1, 1)).front();
  second.actor = "nobody";
  RewrittenLog rewritten(*store, second);
  service::Workspace sick{rewritten, vault, drivers, *guard, random, "cron", {}};
  ExpiryScheduler scheduler(sick, {});
  CHECK_FALSE(must(scheduler.run_due(progress, {})).vault_problem);
  clock.advance(24h);
  const auto report = must(scheduler.run_due(progress, {}));
  REQUIRE(report.vault_problem);
  CHECK(report.vault_problem->code == Errc::corrupt);
}

TEST_CASE_METHOD(RecordFixture, "Purge: ends what the database was made to forget, and tells",
                 "[service]") {
  const auto made = granted({"files"});
  ForgetfulIndex forgetful(*store);
  service::Workspace sick{forgetful, vault, drivers, *guard, random, "cron", {}};
  ExpiryScheduler scheduler(sick, {});
  clock.advance(25h);

  const auto report = must(scheduler.run_due(progress, {}));
  REQUIRE(report.vault_problem);
  CHECK(report.vault_problem->code == Errc::corrupt);
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
  CHECK(report.overdue.accounts == 0);
  clock.advance(25h);
  CHECK_FALSE(must(scheduler.run_due(progress, {})).vault_problem);
}

}  // namespace stagepass::tests
