#include "oracle/oracle.hpp"

#include <stagepass/service/reissue_service.hpp>

#include <algorithm>
#include <set>
#include <support/catch.hpp>
#include <unit/service/service_fixture.hpp>

namespace stagepass::proof {
namespace {

using tests::must;
using tests::target_name;
using namespace std::chrono_literals;

constexpr Ttl kBound = 30min;
constexpr Timeout kPatience = 1s;

/// A merchant's world, and an oracle that looks at it.
class Judged : public tests::ServiceFixture {
 public:
  [[nodiscard]] Seen seen() { return see_fakes(drivers); }

  std::vector<Violation> violations() {
    const Seen now_seen = seen();
    return judge({.seen = now_seen,
                  .store = *store,
                  .vault = vault,
                  .now = clock.now(),
                  .bound = kBound,
                  .unreachable = unreachable,
                  .changed_by_hand = changed_by_hand,
                  .came_late = came_late,
                  .foreign_before = foreign_before});
  }

  /// Which invariants are broken; nothing else may be.
  std::set<Invariant> broken() {
    std::set<Invariant> which;
    for (const Violation& violation : violations()) {
      UNSCOPED_INFO(to_string(violation));
      which.insert(violation.which);
    }
    return which;
  }

  void remember_foreign() { foreign_before = foreign_accounts(vault, seen()); }

  void make_on_files(const Account& account, const std::string& password) {
    const Secret secret = Secret::copy_of(password);
    const AccountRef ref{account.id, account.user_name, account.marker};
    must(tests::FakeDriver(files()).create({ref, account.expires_at, &secret, std::nullopt},
                                           kPatience));
  }

  std::set<std::string> unreachable;
  std::set<std::string> changed_by_hand;
  std::set<std::string> came_late;
  std::optional<ForeignAccounts> foreign_before;
};

using Broken = std::set<Invariant>;

}  // namespace

TEST_CASE_METHOD(Judged, "the oracle has no objection to a life without faults") {
  CHECK(broken().empty());
  files().add_foreign("root");
  remember_foreign();
  const auto granted = this->granted({"files", "shop"});
  CHECK(broken().empty());
  must(grants.retrieve(granted.grant.id, std::nullopt, [](const auto&) { return Result<void>(); }));
  CHECK(broken().empty());
  clock.advance(8h);
  purge();
  CHECK(broken().empty());
  CHECK(files().has("root"));
}

TEST_CASE_METHOD(Judged, "I1: an account of ours without a record is an orphan") {
  Account stranger = granted({"shop"}).accounts.front();
  stranger.id = AccountId::from_seed({1, 2, 3, 4, 5, 6, 7});
  stranger.user_name = user_name_for(stranger.id);
  stranger.marker = vault.marker(stranger.id, target_name("files"));
  make_on_files(stranger, "a password");
  CHECK(broken() == Broken{Invariant::orphan});
}

TEST_CASE_METHOD(Judged, "I1: a marker of another target is not ours") {
  const Account account = granted({"shop"}).accounts.front();
  make_on_files(account, "a password");
  CHECK(broken().empty());
}

TEST_CASE_METHOD(Judged, "I2: an account that comes back after its record said gone is seen") {
  const auto granted = this->granted({"files"});
  must(grants.end({.id = granted.grant.id}, EndReason::revoked, progress));
  make_on_files(granted.accounts.front(), "a password");
  CHECK(broken() == Broken{Invariant::orphan, Invariant::false_gone});
  came_late.insert("files/" + granted.accounts.front().user_name.str());
  CHECK(broken().empty());
}

TEST_CASE_METHOD(Judged, "I2: a session that outlives a gone account is seen") {
  Account account = granted({"files"}).accounts.front();
  const Secret password = password_of(account);
  const AccountRef ref{account.id, account.user_name, account.marker};
  const auto session = must(tests::FakeDriver(files()).open_session(ref, password, kPatience));
  files().remove(account.user_name.str());
  must(begin_end(account, clock.now()));
  must(close_account(account, {}));
  record(account);
  CHECK(broken() == Broken{Invariant::false_gone});
}

TEST_CASE_METHOD(Judged, "I3: an active account that is not there is lost") {
  const Account account = granted({"files"}).accounts.front();
  files().remove(account.user_name.str());
  CHECK(broken() == Broken{Invariant::lost});
  changed_by_hand.insert("files/" + account.user_name.str());
  CHECK(broken().empty());
}

TEST_CASE_METHOD(Judged, "I3: a record that opens to another password is lost") {
  make_on_files(granted({"files"}).accounts.front(), "another password");
  CHECK(broken() == Broken{Invariant::lost});
}

TEST_CASE_METHOD(Judged, "I3: an active account that lets nobody in is lost") {
  const Account account = granted({"files"}).accounts.front();
  const AccountRef ref{account.id, account.user_name, account.marker};
  must(tests::FakeDriver(files()).disable(ref, kPatience));
  CHECK(broken() == Broken{Invariant::lost});
}

TEST_CASE_METHOD(Judged, "I3: a secret that does not open is lost") {
  Account account = granted({"files"}).accounts.front();
  account.secret->ciphertext.back() ^= 1U;
  record(account);
  CHECK(broken() == Broken{Invariant::lost});
}

TEST_CASE_METHOD(Judged, "I3: a claim in the future keeps a credential from everybody") {
  Account account = granted({"files"}).accounts.front();
  account.retrieval.claimed_at = clock.now() + 1s;
  record(account);
  CHECK(broken() == Broken{Invariant::lost});
}

TEST_CASE_METHOD(Judged, "I4: what is past its end is overdue once the bound is over") {
  static_cast<void>(granted({"files"}));
  clock.advance(8h + kBound);
  CHECK(broken().empty());
  clock.advance(1s);
  CHECK(broken() == Broken{Invariant::overdue});
  unreachable.insert("files");
  CHECK(broken().empty());
}

TEST_CASE_METHOD(Judged, "I4, I3: an end that is not the one by the clocks of its grant is seen") {
  auto asked = request({"files"});
  asked.retrieve_by = Ttl(4h);
  asked.work_time = Ttl(2h);
  const auto clocked = must(grants.grant(asked, progress));
  CHECK(broken().empty());
  const auto ends = [&](Timestamp at) {
    Account edited = stored(clocked.accounts.front());
    edited.ends_at = at;
    record(edited);
  };
  ends(clocked.grant.expires_at);
  CHECK(broken() == Broken{Invariant::overdue});
  ends(clock.now() + 3h);
  CHECK(broken() == Broken{Invariant::lost});
  ends(clock.now() + 4h);
  must(grants.retrieve(clocked.grant.id, std::nullopt, [](const auto&) { return Result<void>(); }));
  CHECK(broken().empty());
  ends(clock.now() + 4h);
  CHECK(broken() == Broken{Invariant::overdue});
}

TEST_CASE_METHOD(Judged, "I4: a planned account that never becomes anything is overdue") {
  files().on_call([](const std::string&, const std::string&) { throw 1; });
  CHECK_THROWS(granted({"files"}));
  clock.advance(10min + kBound);
  CHECK(broken().empty());
  clock.advance(1s);
  CHECK(broken() == Broken{Invariant::overdue});
}

TEST_CASE_METHOD(Judged, "I4: a reissue that never comes to its end is overdue") {
  const auto granted = this->granted({"files"});
  clock.advance(1h);
  files().on_call([](const std::string& operation, const std::string&) {
    if (operation == "disable") {
      throw 1;
    }
  });
  CHECK_THROWS(service::ReissueService(workspace).reissue({granted.grant.id}, progress));
  clock.advance(10min + kBound);
  CHECK(broken().empty());
  clock.advance(1s);
  CHECK(broken() == Broken{Invariant::overdue});
}

TEST_CASE_METHOD(Judged, "I5: a record whose marker is not ours is damaged") {
  const auto granted = this->granted({"shop"});
  Account forged = granted.accounts.front();
  forged.id = AccountId::from_seed({7, 7, 7, 7, 7, 7, 7});
  forged.user_name = user_name_for(forged.id);
  forged.target = target_name("files");
  forged.state = AccountState::ending;
  ChangeSet changes;
  changes.new_accounts.push_back(forged);
  must(store->commit(changes));
  CHECK(broken() == Broken{Invariant::damaged});
}

TEST_CASE_METHOD(Judged, "I5: a record that the log does not vouch for is damaged") {
  const auto granted = this->granted({"shop"});
  Account edited = stored(granted.accounts.front());
  edited.retrieval.retrieved_by = "somebody else";
  tamper(edited);
  CHECK(broken() == Broken{Invariant::damaged});
}

TEST_CASE_METHOD(Judged, "I7: a foreign account that changes or goes is seen") {
  files().add_foreign("root");
  remember_foreign();
  CHECK(broken().empty());
  files().remove("root");
  CHECK(broken() == Broken{Invariant::foreign});
  const Account other = granted({"shop"}).accounts.front();
  files().add_foreign(other.user_name.str());
  remember_foreign();
  files().remove(other.user_name.str());
  make_on_files(other, "a password");
  CHECK(broken() == Broken{Invariant::foreign});
}

TEST_CASE_METHOD(Judged,
                 "I8: the fingerprint stays when a command is repeated and moves when it works") {
  const auto granted = this->granted({"files"});
  const std::string before = must(fingerprint(seen(), *store));
  clock.advance(1min);
  purge();
  CHECK(must(fingerprint(seen(), *store)) == before);

  must(grants.end({.id = granted.grant.id}, EndReason::revoked, progress));
  const std::string revoked = must(fingerprint(seen(), *store));
  CHECK(revoked != before);
  clock.advance(1min);
  must(grants.end({.id = granted.grant.id}, EndReason::finished, progress));
  CHECK(must(fingerprint(seen(), *store)) == revoked);
}

TEST_CASE("the oracle calls each invariant by its number and name") {
  CHECK(to_string(Violation{Invariant::orphan, "sp on files"}) == "I1 orphan: sp on files");
  CHECK(to_string(Invariant::repeated) == "I8 repeated");
}

}  // namespace stagepass::proof
