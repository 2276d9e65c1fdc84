#include "service_fixture.hpp"

#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/key_rotation.hpp>

#include <functional>
#include <proof/simulation/forwarding_store.hpp>
#include <utility>
#include <vector>

namespace stagepass::tests {
namespace {

using service::rotate_keys;
using service::rotate_keys_if_due;

/// Calls somebody before each commit, who may do other things first, or refuse it.
class WatchedStore final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  using Hook = std::function<Result<void>(const ChangeSet&)>;

  void before_commit(Hook hook) { hook_ = std::move(hook); }

  Result<void> commit(const ChangeSet& changes) override {
    // While it is at work it is not called again.
    if (const Hook hook = std::exchange(hook_, {})) {
      const auto allowed = hook(changes);
      if (!hook_) {
        hook_ = hook;
      }
      SP_TRY(allowed);
    }
    return ForwardingStore::commit(changes);
  }

 private:
  Hook hook_;
};

/// A second process on the same vault: it has keys of its own in memory.
class RotationFixture : public ServiceFixture {
 public:
  [[nodiscard]] std::int64_t epoch_of(const Account& account) const {
    return vault::Vault::epoch_of(*stored(account).secret).value();
  }
  [[nodiscard]] std::size_t epochs() { return must(vault.reload_epochs()).size(); }

  /// What can be had of a copy of the rows with the key file and the keyring of now.
  Result<Secret> open_copy(const Account& copy) {
    return reopened().open(*copy.secret, {copy.id, copy.target, copy.user_name, copy.expires_at});
  }
  vault::Vault& other() { return other_; }
  service::Workspace& elsewhere() { return elsewhere_; }

  void check_all_open(const std::vector<Account>& accounts, std::int64_t epoch) {
    for (const Account& account : accounts) {
      CHECK(epoch_of(account) == epoch);
      CHECK(drivers.world(account.target.str())
                .login_works(account.user_name.str(), password_of(stored(account))));
    }
  }

  WatchedStore watched{*store};
  service::Workspace watched_workspace{
      watched, vault, drivers, *guard, random, "merchant (uid 1000)", {}};

 private:
  vault::Vault other_ = reopened();
  service::Workspace elsewhere_{*store, other_, drivers, *guard, random, "cron", {}};
};

Retrieval retrieved(ServiceFixture& fixture, const Account& account) {
  return fixture.stored(account).retrieval;
}

}  // namespace

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: every live credential opens as before and no copy of before does",
                 "[service]") {
  auto made = granted({"files", "shop"});
  const auto one_more = granted({"files"});
  made.accounts.push_back(one_more.accounts[0]);
  const std::vector<Account> copies = made.accounts;

  const auto rotation = must(rotate_keys(workspace));

  CHECK(rotation.epoch == 2);
  CHECK(rotation.rewrapped == 3);
  CHECK(rotation.lost == 0);
  CHECK(epochs() == 1);
  CHECK(must(store->vault()).key_epoch == 2);
  check_all_open(made.accounts, 2);
  for (const Account& copy : copies) {
    CHECK(error_of(open_copy(copy)) == Errc::undecryptable);
  }
}

TEST_CASE_METHOD(RotationFixture, "Rotation: stands in the audit log", "[service]") {
  must(rotate_keys(workspace));
  const auto entries = must(store->audit_of("vault"));
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].action == "keys.rotate");
  CHECK(entries[0].detail == "epoch 2");
}

TEST_CASE_METHOD(
    RotationFixture,
    "Rotation: cut off at any commit or change of the keyring it loses nothing and the "
    "next purge finishes it",
    "[service]") {
  auto made = granted({"files", "shop"});
  constexpr int kStepsOfARotation = 4;  // the keyring, the epoch, the rows, the keyring
  for (int cut = 0; cut < kStepsOfARotation; ++cut) {
    CAPTURE(cut);
    const std::int64_t before = must(store->vault()).key_epoch;
    int steps = 0;
    const auto strike = [&]() -> Result<void> {
      return steps++ == cut ? Result<void>(fail(Errc::unavailable, "no space left"))
                            : Result<void>();
    };
    watched.before_commit([&](const ChangeSet&) { return strike(); });
    keyring->on_call([&](std::string_view operation) {
      return operation == "replace" ? strike() : Result<void>();
    });
    CHECK(error_of(rotate_keys(watched_workspace)) == Errc::unavailable);
    keyring->on_call([](std::string_view) { return Result<void>(); });
    watched.before_commit({});

    for (const Account& account : made.accounts) {
      CHECK(must(other().open(*stored(account).secret,
                              {account.id, account.target, account.user_name, account.expires_at}))
                .size() > 0);
    }
    if (cut > 0) {
      const auto report = purge();
      REQUIRE(report.rotation.has_value());
      CHECK(must(*report.rotation).epoch == before + 1);
      CHECK(epochs() == 1);
      check_all_open(made.accounts, before + 1);
    } else {
      CHECK_FALSE(purge().rotation.has_value());
    }
  }
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: an epoch that a power cut may yet take away is not recorded",
                 "[service]") {
  watched.before_commit(
      [](const ChangeSet&) -> Result<void> { return fail(Errc::unavailable, "no space left"); });
  CHECK(error_of(rotate_keys(watched_workspace)) == Errc::unavailable);
  keyring->on_call([](std::string_view operation) -> Result<void> {
    return operation == "settle" ? Result<void>(fail(Errc::not_durable, "a disk that dies"))
                                 : Result<void>();
  });

  CHECK(error_of(rotate_keys(elsewhere())) == Errc::not_durable);
  CHECK(must(store->vault()).key_epoch == 1);
}

TEST_CASE_METHOD(RotationFixture, "Rotation: a grant made meanwhile keeps its credential",
                 "[service]") {
  // The other process has read the keyring before the rotation, and commits after it.
  must(other().reload_epochs());
  must(rotate_keys(workspace));
  const auto made =
      must(service::GrantService(elsewhere()).grant(request({"files", "shop"}), progress));
  check_all_open(made.accounts, 2);
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: one that comes between sealing and recording a grant is not noticed",
                 "[service]") {
  int rotations = 0;
  watched.before_commit([&](const ChangeSet& changes) {
    if (!changes.new_accounts.empty() && rotations++ < 2) {
      must(rotate_keys(elsewhere()));
    }
    return Result<void>();
  });
  const auto made =
      must(service::GrantService(watched_workspace).grant(request({"files"}), progress));
  CHECK(rotations == 3);
  check_all_open(made.accounts, 3);
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: one that comes while accounts are made on their targets is not noticed",
                 "[service]") {
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "create") {
      must(rotate_keys(elsewhere()));
    }
  });
  const auto made = granted({"files", "shop"});
  check_all_open(made.accounts, 2);
}

TEST_CASE_METHOD(RotationFixture, "Rotation: one that comes during an extension is not noticed",
                 "[service]") {
  const auto made = granted({"files", "shop"}, Ttl(1h));
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "set_end") {
      must(rotate_keys(elsewhere()));
    }
  });
  const auto extended = must(grants.extend(made.grant.id, Ttl(4h), progress));
  CHECK(extended.grant.expires_at == clock.now() + 4h);
  check_all_open(extended.accounts, 2);
}

TEST_CASE_METHOD(RotationFixture, "Rotation: one at each commit of a retrieve is not noticed",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  int rotations = 0;
  watched.before_commit([&](const ChangeSet& changes) {
    if (changes.key_epoch == std::nullopt && rotations < 2) {
      ++rotations;
      must(rotate_keys(elsewhere()));
    }
    return Result<void>();
  });
  std::size_t shown = 0;
  must(service::GrantService(watched_workspace)
           .retrieve(made.grant.id, std::nullopt, [&](const service::ShownGrant& credentials) {
             shown = credentials.credentials.size();
             must(rotate_keys(elsewhere()));
             return Result<void>();
           }));
  CHECK(rotations == 2);
  CHECK(shown == 2);
  for (const Account& account : made.accounts) {
    CHECK(retrieved(*this, account).retrieved_at.has_value());
  }
}

TEST_CASE_METHOD(RotationFixture, "Rotation: one while a credential is shown in vain gives it back",
                 "[service]") {
  const auto made = granted({"files"});
  const auto outcome =
      grants.retrieve(made.grant.id, std::nullopt, [&](const service::ShownGrant&) -> Result<void> {
        must(rotate_keys(elsewhere()));
        return fail(Errc::unavailable, "the pipe is closed");
      });
  CHECK(error_of(outcome) == Errc::unavailable);
  CHECK(outcome.error().message == "the pipe is closed");
  CHECK_FALSE(retrieved(*this, made.accounts[0]).claimed_at.has_value());
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: one during an end changes nothing about it and the old login is tried",
                 "[service]") {
  const auto made = granted({"files"});
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "disable" || operation == "erase") {
      must(rotate_keys(elsewhere()));
    }
  });
  const auto report = must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  for (const auto& outcome : report.accounts) {
    CHECK_FALSE(outcome.problem);
    CHECK(outcome.account.state == AccountState::gone);
    CHECK(outcome.account.evidence.login == LoginCheck::refused);
    CHECK_FALSE(stored(outcome.account).secret);
  }
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: who works on an account does not bring its old layer back",
                 "[service]") {
  const auto made = granted({"files"});
  files().break_operation("erase", {.times = FakeFault::kEver});
  files().on_call([&](const std::string& operation, const std::string&) {
    if (operation == "disable") {
      must(rotate_keys(elsewhere()));
    }
  });
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  CHECK(stored(made.accounts[0]).state == AccountState::ending);
  CHECK(epoch_of(made.accounts[0]) == 2);
  CHECK(open_copy(stored(made.accounts[0])));
}

TEST_CASE_METHOD(RotationFixture, "Rotation: two at once are one, and the other is told",
                 "[service]") {
  granted({"files"});
  bool was_told = false;
  watched.before_commit([&](const ChangeSet&) {
    was_told = error_of(rotate_keys(elsewhere())) == Errc::conflict &&
               !must(rotate_keys_if_due(elsewhere(), Ttl(0)));
    return Result<void>();
  });
  must(rotate_keys(watched_workspace));
  CHECK(was_told);
}

TEST_CASE_METHOD(RotationFixture, "Rotation: purge renews the keys once a day", "[service]") {
  granted({"files"}, Ttl(5 * 24h));
  CHECK_FALSE(purge().rotation.has_value());
  clock.advance(24h - 1s);
  CHECK_FALSE(purge().rotation.has_value());
  clock.advance(1s);
  const auto report = purge();
  REQUIRE(report.rotation.has_value());
  CHECK(must(*report.rotation).rewrapped == 1);
  CHECK_FALSE(purge().rotation.has_value());
}

TEST_CASE_METHOD(RotationFixture, "Rotation: never, if purge is told so", "[service]") {
  clock.advance(48h);
  CHECK_FALSE(must(ExpiryScheduler(workspace, {.rotate_every = std::nullopt})
                       .run_due(progress, std::stop_token()))
                  .rotation.has_value());
}

TEST_CASE_METHOD(RotationFixture, "Rotation: an epoch from the future is renewed once",
                 "[service]") {
  // Somebody's clock was years ahead, and the vault's time was moved back with a person's word.
  clock.advance(24h * 365);
  must(rotate_keys(workspace));
  clock.step(-24h * 365);
  must(guard->accept("merchant"));
  CHECK(purge().rotation.has_value());
  CHECK_FALSE(purge().rotation.has_value());
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: one that fails is in the report and ends are not held up",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  clock.advance(24h);
  keyring->on_call([](std::string_view operation) -> Result<void> {
    return operation == "replace" ? Result<void>(fail(Errc::unavailable, "the disk is full"))
                                  : Result<void>();
  });
  const auto report = purge();
  CHECK(report.overdue.accounts == 0);
  REQUIRE(report.accounts.size() == 1);
  CHECK_FALSE(report.accounts[0].problem);
  REQUIRE(report.rotation.has_value());
  CHECK(error_of(*report.rotation) == Errc::unavailable);
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: without its keyring a vault ends what is due and begins nothing",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  granted({"shop"}, Ttl(8h));
  keyring->set_text(std::nullopt);
  vault::Vault reopened_vault = reopened();
  service::Workspace after{*store, reopened_vault, drivers, *guard, random, "cron", {}};

  CHECK(error_of(service::GrantService(after).grant(request({"files"}), progress)) == Errc::locked);
  CHECK(error_of(service::GrantService(after).extend(made.grant.id, Ttl(4h), progress)) ==
        Errc::locked);
  CHECK(files().account_count() == 1);
  clock.advance(1h);
  const auto report = must(ExpiryScheduler(after, {}).run_due(progress, std::stop_token()));
  CHECK(report.overdue.accounts == 0);
  REQUIRE(report.rotation.has_value());
  CHECK(error_of(*report.rotation) == Errc::locked);

  INFO("a new one takes the place of the lost one with a person's word only");
  CHECK(must(service::count_bound_to_keyring(after)) == 1);
  must(service::make_new_keyring(after));
  const auto rotation = must(rotate_keys_if_due(after, Ttl(24h)));
  REQUIRE(rotation.has_value());
  CHECK(rotation->lost == 1);
  must(service::GrantService(after).grant(request({"files"}), progress));
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: a vault from before there were keyrings gets one from purge",
                 "[service]") {
  keyring->set_text(std::nullopt);
  vault::Vault reopened_vault = reopened();
  service::Workspace after{*store, reopened_vault, drivers, *guard, random, "cron", {}};
  const auto report = must(ExpiryScheduler(after, {}).run_due(progress, std::stop_token()));
  REQUIRE(report.rotation.has_value());
  CHECK(must(*report.rotation).epoch == 2);
  must(service::GrantService(after).grant(request({"files"}), progress));
}

TEST_CASE_METHOD(RotationFixture,
                 "Rotation: an older keyring that was put back grants nothing until purge has "
                 "mended it",
                 "[service]") {
  const auto older = keyring->text();
  must(rotate_keys(workspace));
  keyring->set_text(older);
  vault::Vault reopened_vault = reopened();
  service::Workspace after{*store, reopened_vault, drivers, *guard, random, "cron", {}};
  CHECK(error_of(service::GrantService(after).grant(request({"files"}), progress)) ==
        Errc::unavailable);
  CHECK(files().account_count() == 0);
  CHECK(must(ExpiryScheduler(after, {}).run_due(progress, std::stop_token())).rotation.has_value());
  must(service::GrantService(after).grant(request({"files"}), progress));
}

TEST_CASE_METHOD(RotationFixture, "Keys: what is sealed with them can be told", "[service]") {
  granted({"files", "shop"});
  auto keys = must(service::keys_in_use(workspace));
  CHECK(keys.newest.number == 1);
  CHECK(keys.newest.made_at == clock.now());
  CHECK(keys.secrets == std::map<std::int64_t, std::size_t>{{1, 2}});
  CHECK(keys.unreadable == 0);
  CHECK_FALSE(keys.is_rotating);
  must(vault.add_epoch(2, clock.now()));
  CHECK(must(service::keys_in_use(workspace)).is_rotating);
}

}  // namespace stagepass::tests
