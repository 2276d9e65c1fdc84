// Accounts that a person makes and deletes: only that person's word ends them, and it is never taken
// for more than that.
#include "service_fixture.hpp"

#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/confirmation.hpp>
#include <stagepass/service/receipt.hpp>
#include <stagepass/service/target_audit.hpp>

#include <algorithm>
#include <proof/simulation/forwarding_store.hpp>
#include <string>

namespace stagepass::tests {
namespace {

using Catch::Contains;
using service::confirm_deletion;

/// A vault with a target "panel" that a person keeps.
class ByHandFixture : public ServiceFixture {
 public:
  ByHandFixture() {
    must(TargetService(workspace).add({.name = target_name("panel"), .driver = "by-hand"},
                                      progress));
  }

  [[nodiscard]] FakeManualTarget& panel() { return drivers.manual(); }

  /// Granted, made by hand, and past its end; with or without a purge that has seen it.
  Account overdue() {
    const Account account = granted({"panel"}, Ttl(1h)).accounts[0];
    panel().make_by_hand(account.user_name.str(), password_of(account));
    clock.advance(1h);
    static_cast<void>(purge());
    return stored(account);
  }

  Account deleted_by_hand() {
    Account account = overdue();
    panel().delete_by_hand(account.user_name.str());
    return account;
  }

  [[nodiscard]] bool has_word_for(const Account& account) const {
    const auto entries = must(store->audit_of(account.id.str()));
    return std::any_of(entries.begin(), entries.end(),
                       [](const AuditEntry& entry) { return entry.action == "account.confirmed"; });
  }

  std::string receipt_text(const Account& account) {
    return must(vault::open_note(must(service::receipt_of(workspace, account.grant, std::nullopt)),
                                 vault.verifier_key()));
  }
};

/// Fails from its N-th commit on, as a process does that was killed there.
class DyingStore final : public proof::ForwardingStore {
 public:
  DyingStore(Store& real, int lives) : ForwardingStore(real), lives_(lives) {}
  Result<void> commit(const ChangeSet& changes) override {
    return lives_-- > 0 ? ForwardingStore::commit(changes)
                        : fail(Errc::unavailable, "the process was killed");
  }

 private:
  int lives_;
};

/// Says of every confirmation that somebody else gave it.
class LyingStore final : public proof::ForwardingStore {
 public:
  explicit LyingStore(Store& real) : ForwardingStore(real) {}
  Result<std::vector<AuditEntry>> audit_of(const std::string& subject) override {
    return edited(ForwardingStore::audit_of(subject));
  }
  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) override {
    return edited(ForwardingStore::audit(after, limit));
  }

 private:
  static Result<std::vector<AuditEntry>> edited(Result<std::vector<AuditEntry>> entries) {
    for (AuditEntry& each : *entries) {
      if (each.action == "account.confirmed") {
        each.actor = "somebody else";
      }
    }
    return entries;
  }
};

}  // namespace

TEST_CASE_METHOD(ByHandFixture, "By hand: an account stays overdue until a person confirms",
                 "[service]") {
  const Account account = overdue();
  for (int day = 0; day < 3; ++day) {
    clock.advance(24h);
    const auto report = purge();
    REQUIRE(report.accounts.size() == 1);
    CHECK(report.accounts[0].problem->code == Errc::pending);
    CHECK_THAT(report.accounts[0].problem->message,
               Contains("stagepass confirm " + account.grant.str()));
    CHECK(report.overdue.accounts == 1);
  }
  CHECK(panel().logins_tried() == 0);  // nobody has said that it is gone: nothing is tried

  panel().delete_by_hand(account.user_name.str());
  const auto outcome = must(confirm_deletion(workspace, account));

  CHECK_FALSE(outcome.problem);
  const Account gone = stored(account);
  CHECK(gone.state == AccountState::gone);
  CHECK_FALSE(gone.secret);
  CHECK(gone.evidence.login == LoginCheck::refused);
  CHECK(service::is_confirmed_by_person(gone.evidence));
  CHECK_FALSE(gone.evidence.sessions_ended_at);
  CHECK(panel().logins_tried() == 1);
  CHECK(purge().overdue.accounts == 0);
}

TEST_CASE_METHOD(ByHandFixture, "By hand: no word counts while the old login works", "[service]") {
  const Account account = overdue();
  const std::int64_t entries = must(store->audit_head()).size;

  CHECK(error_of(confirm_deletion(workspace, account)) == Errc::pending);
  panel().set_down(true);
  CHECK(error_of(confirm_deletion(workspace, account)) == Errc::unreachable);

  CHECK(stored(account).state == AccountState::ending);
  CHECK(stored(account).version == account.version);
  CHECK(must(store->audit_head()).size == entries);
  CHECK_FALSE(has_word_for(account));
  clock.advance(24h);
  CHECK(purge().overdue.accounts == 1);
}

TEST_CASE_METHOD(ByHandFixture, "By hand: where no login can be tried the word alone counts",
                 "[service]") {
  const Account account = overdue();
  panel().set_login(false);

  CHECK_FALSE(must(confirm_deletion(workspace, account)).problem);

  CHECK(stored(account).evidence.login == LoginCheck::not_tried);
  CHECK(panel().logins_tried() == 0);
  CHECK_THAT(receipt_text(account), Contains("login not tried"));
}

TEST_CASE_METHOD(ByHandFixture,
                 "By hand: a word that was given survives a crash and is not asked again",
                 "[service]") {
  const Account account = deleted_by_hand();
  DyingStore dying(*store, 1);
  service::Workspace crashed{dying, vault, drivers, *guard, random, "ana", {}};
  CHECK_FALSE(confirm_deletion(crashed, account));
  CHECK(stored(account).state == AccountState::ending);
  CHECK(has_word_for(account));

  clock.advance(service::kLease + 24h);
  CHECK(purge().overdue.accounts == 0);

  CHECK(stored(account).state == AccountState::gone);
  CHECK(panel().logins_tried() == 1);
  CHECK_THAT(receipt_text(account), Contains(" by ana\n"));
}

TEST_CASE_METHOD(ByHandFixture, "By hand: a crash before the word leaves nothing of it",
                 "[service]") {
  const Account account = deleted_by_hand();
  DyingStore dying(*store, 0);
  service::Workspace crashed{dying, vault, drivers, *guard, random, "ana", {}};
  CHECK_FALSE(confirm_deletion(crashed, account));

  clock.advance(24h);
  CHECK(purge().overdue.accounts == 1);
  CHECK_FALSE(has_word_for(account));
}

TEST_CASE_METHOD(ByHandFixture, "By hand: confirming twice is no error and changes nothing",
                 "[service]") {
  const Account account = deleted_by_hand();
  must(confirm_deletion(workspace, account));
  const std::int64_t entries = must(store->audit_head()).size;

  CHECK_FALSE(must(confirm_deletion(workspace, account)).problem);

  CHECK(must(store->audit_head()).size == entries);
  CHECK(panel().logins_tried() == 1);
}

TEST_CASE_METHOD(ByHandFixture, "By hand: what has not ended and what is asked cannot be confirmed",
                 "[service]") {
  const auto made = granted({"panel", "files"});
  CHECK(error_of(confirm_deletion(workspace, made.accounts[0])) == Errc::invalid_argument);
  CHECK(error_of(confirm_deletion(workspace, made.accounts[1])) == Errc::invalid_argument);
  CHECK(stored(made.accounts[0]).state == AccountState::active);
  CHECK(must(service::accounts_by_hand(workspace, made.grant.id, std::nullopt)).size() == 1);
  CHECK(must(service::accounts_by_hand(workspace, made.grant.id, target_name("files"))).empty());
}

TEST_CASE_METHOD(ByHandFixture, "By hand: what is past its end is confirmed without a purge before",
                 "[service]") {
  const Account account = granted({"panel"}, Ttl(1h)).accounts[0];
  clock.advance(1h);
  CHECK_FALSE(must(confirm_deletion(workspace, account)).problem);
  CHECK(stored(account).state == AccountState::gone);
  CHECK(must(store->grant(account.grant)).grant.ended_at);
}

TEST_CASE_METHOD(ByHandFixture,
                 "By hand: two who confirm at the same time do not disturb each other",
                 "[service]") {
  const Account account = deleted_by_hand();
  Account leased = stored(account);
  leased.leased_until = clock.now() + 1min;
  record(leased);
  CHECK(error_of(confirm_deletion(workspace, account)) == Errc::conflict);
  CHECK_FALSE(has_word_for(account));
  clock.advance(2min);
  CHECK_FALSE(must(confirm_deletion(workspace, account)).problem);
}

TEST_CASE_METHOD(ByHandFixture, "By hand: the receipt says who confirmed and claims nothing else",
                 "[service]") {
  const Account account = deleted_by_hand();
  workspace.actor = "ben (uid 1001)";
  must(confirm_deletion(workspace, account));

  const std::string text = receipt_text(account);

  CHECK_THAT(text, Contains("\ndeletion confirmed: ") && Contains(" by ben (uid 1001)\n"));
  CHECK_THAT(text,
             Contains("\nseen: a person confirmed the deletion; stagepass did not look at the "
                      "target; login with the old password refused\n"));
  for (const char* claim : {"\ndisabled:", "\ndeleted:", "\nfound absent:", "\nsessions ended:",
                            "\nproven gone:", "not listed", "nothing left behind"}) {
    CHECK_THAT(text, !Contains(claim));
  }
}

TEST_CASE_METHOD(ByHandFixture, "By hand: there is no receipt in somebody else's name",
                 "[service]") {
  const Account account = deleted_by_hand();
  must(confirm_deletion(workspace, account));
  LyingStore lying(*store);
  service::Workspace edited{lying, vault, drivers, *guard, random, "ana", {}};
  CHECK(error_of(service::receipt_of(edited, account.grant, std::nullopt)) == Errc::corrupt);
}

TEST_CASE_METHOD(ByHandFixture, "By hand: a word that was written into the record closes nothing",
                 "[service]") {
  Account edited = overdue();
  edited.evidence.deleted_at = clock.now();
  edited.evidence.login = LoginCheck::refused;
  tamper(edited);

  clock.advance(24h);
  CHECK(purge().accounts.at(0).problem->code == Errc::corrupt);
  CHECK(stored(edited).state == AccountState::ending);
  // The person's own word closes it, without a receipt: what the record says is believed in nothing.
  CHECK_FALSE(error_of(service::withdraw_changed_account(workspace, stored(edited))) ==
              Errc::internal);
  CHECK(stored(edited).state == AccountState::ending);
  must(confirm_deletion(workspace, edited));
  CHECK(stored(edited).state == AccountState::gone);
  CHECK_FALSE(service::receipt_of(workspace, edited.grant, std::nullopt));
}

TEST_CASE_METHOD(ByHandFixture,
                 "By hand: rehearsing and comparing say that there is nothing to see",
                 "[service]") {
  CHECK(error_of(TargetService(workspace).rehearse(target_name("panel"), progress)) ==
        Errc::invalid_argument);
  CHECK(must(store->open_accounts_on(target_name("panel"))) == 0);

  const auto made = granted({"panel"}, Ttl(72h));
  const auto audit = must(
      service::audit_target(workspace, target_name("panel"), {.stop_at = clock.now() + 10min}));
  CHECK(audit.is_by_hand);
  CHECK(audit.is_settled());
  clock.advance(48h);
  const auto report = purge();
  for (const auto& [target, each] : report.audits) {
    CHECK(must(Result(each)).problems.empty());
  }
  CHECK(stored(made.accounts[0]).state == AccountState::active);
}

TEST_CASE_METHOD(ByHandFixture,
                 "By hand: a grant that fails elsewhere leaves the account to be confirmed",
                 "[service]") {
  files().break_operation("create", {.error = {Errc::refused, "no", ""}});
  REQUIRE_FALSE(grants.grant(request({"panel", "files"}), progress));
  const auto open = must(store->accounts_on(target_name("panel"), std::nullopt, 10));
  REQUIRE(open.size() == 1);
  CHECK(open[0].state == AccountState::ending);
  CHECK_FALSE(must(confirm_deletion(workspace, open[0])).problem);
}

}  // namespace stagepass::tests
