#include "service_fixture.hpp"

#include <stagepass/service/key_rotation.hpp>

#include <functional>
#include <proof/simulation/forwarding_store.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace stagepass::tests {
namespace {

using service::change_passphrase;

constexpr vault::PassphraseCost kCheap = {.operations = 1, .memory_bytes = 8ULL * 1024 * 1024};

/// Lets somebody else do something before a commit, once.
class InterruptedStore final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::function<void()> interruption;

  Result<void> commit(const ChangeSet& changes) override {
    if (const auto interrupt = std::exchange(interruption, {})) {
      interrupt();
    }
    return ForwardingStore::commit(changes);
  }
};

class PassphraseFixture : public ServiceFixture {
 public:
  /// The vault as it is stored now, for a person who types this.
  vault::Vault opened_with(std::string_view typed) {
    return opened_with(must(store->vault()).key_parameters, typed);
  }
  vault::Vault opened_with(const std::vector<std::uint8_t>& with, std::string_view typed) {
    return must(vault::Vault::open(
        kVaultId, with, {file_key.bytes.clone()},
        [text = std::string(typed)] { return Result<Secret>(Secret::copy_of(text)); }, random,
        keyring));
  }
  /// The same vault with other parameters, not stored yet.
  vault::Vault changed_to(std::string_view passphrase) {
    const Secret secret = Secret::copy_of(passphrase);
    return opened_with(
        must(vault::Vault::create_parameters(kVaultId, file_key, &secret, kCheap, random)),
        passphrase);
  }
  static Result<Secret> open(vault::Vault& with, const Account& account) {
    return with.open(*account.secret,
                     {account.id, account.target, account.user_name, account.expires_at});
  }

  InterruptedStore interrupted{*store};
  service::Workspace workspace_of(vault::Vault& opened) {
    return {interrupted, opened, drivers, *guard, random, "merchant (uid 1000)", {}};
  }
};

}  // namespace

TEST_CASE_METHOD(
    PassphraseFixture,
    "Passphrase: after a change the new one opens all, and the old one nothing anywhere",
    "[service]") {
  const auto made = granted({"files", "shop"});
  const Secret password = password_of(made.accounts[0]);
  auto first = changed_to("the first passphrase");
  must(change_passphrase(workspace, first));
  const auto after_first = must(store->grant(made.grant.id)).accounts;
  auto second = changed_to("the second passphrase");
  auto known_first = opened_with("the first passphrase");
  auto before = workspace_of(known_first);

  const auto rotation = must(change_passphrase(before, second));

  CHECK(rotation.lost == 0);
  CHECK(must(vault.reload_epochs()).size() == 1);
  auto now = opened_with("the second passphrase");
  const auto accounts = must(store->grant(made.grant.id)).accounts;
  CHECK(must(open(now, accounts[0])) == password);
  CHECK(open(now, accounts[1]));
  auto with_old_one = opened_with("the first passphrase");
  CHECK(error_of(open(with_old_one, accounts[0])) == Errc::locked);
  INFO("nor does an older copy of the rows open, with whichever passphrase");
  CHECK(error_of(open(known_first, after_first[0])) == Errc::undecryptable);
  CHECK(error_of(open(now, after_first[0])) == Errc::undecryptable);
}

TEST_CASE_METHOD(PassphraseFixture, "Passphrase: a wrong old one changes nothing", "[service]") {
  auto first = changed_to("the first passphrase");
  must(change_passphrase(workspace, first));
  const auto before = must(store->vault());
  auto wrong = opened_with("another passphrase");
  auto with_wrong_one = workspace_of(wrong);
  auto second = changed_to("the second passphrase");
  CHECK(error_of(change_passphrase(with_wrong_one, second)) == Errc::locked);
  CHECK(must(store->vault()).key_parameters == before.key_parameters);
  CHECK(must(store->vault()).key_epoch == before.key_epoch);
}

TEST_CASE_METHOD(PassphraseFixture,
                 "Passphrase: a grant that comes in between is part of the change", "[service]") {
  granted({"files"});
  auto same = reopened();
  auto slow = workspace_of(same);
  auto next = changed_to("the first passphrase");
  std::optional<GrantWithAccounts> made;
  interrupted.interruption = [&] { made = granted({"shop"}); };

  must(change_passphrase(slow, next));

  auto now = opened_with("the first passphrase");
  CHECK(open(now, must(store->grant(made->grant.id)).accounts[0]));
}

TEST_CASE_METHOD(PassphraseFixture,
                 "Passphrase: a grant with the old keys after it is refused and makes nothing",
                 "[service]") {
  auto same = reopened();
  auto slow = workspace_of(same);
  auto next = changed_to("the first passphrase");
  interrupted.interruption = [&] { must(change_passphrase(workspace, next)); };

  const auto outcome = service::GrantService(slow).grant(request({"files"}), progress);

  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Errc::locked);
  CHECK(outcome.error().message == "the passphrase of the vault was changed just now");
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(PassphraseFixture,
                 "Passphrase: a change whose rotation fails counts, and purge rotates",
                 "[service]") {
  const auto made = granted({"files"});
  auto next = changed_to("the first passphrase");
  keyring->on_call([](std::string_view operation) -> Result<void> {
    return operation == "replace" ? Result<void>(fail(Errc::unavailable, "the disk is full"))
                                  : Result<void>();
  });
  CHECK(error_of(change_passphrase(workspace, next)) == Errc::unavailable);
  keyring->on_call([](std::string_view) { return Result<void>(); });
  auto now = opened_with("the first passphrase");
  CHECK(open(now, stored(made.accounts[0])));

  auto after = workspace_of(now);
  CHECK(must(ExpiryScheduler(after, {}).run_due(progress, std::stop_token())).rotation.has_value());
  CHECK(open(now, stored(made.accounts[0])));
  must(service::GrantService(after).grant(request({"shop"}), progress));
}

}  // namespace stagepass::tests
