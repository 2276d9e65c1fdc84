#pragma once

#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/target_service.hpp>
#include <stagepass/store/memory_store.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <service/record_macs.hpp>
#include <service/records.hpp>
#include <string>
#include <support/crypto.hpp>
#include <support/fake_clock.hpp>
#include <support/fake_driver.hpp>
#include <support/memory_keyring.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <vector>

namespace stagepass::tests {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

inline TargetName target_name(const std::string& text) {
  return must(TargetName::parse(text));
}

class SilentProgress final : public Progress {
  void step(std::string_view /*text*/) override {}
  void warn(std::string_view /*text*/) override {}
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}
};

/// A vault with fake targets "files" and "shop", as a merchant has it on the first day.
class ServiceFixture {
 public:
  static constexpr const char* kVaultId = "00112233445566778899aabbccddeeff";

  using TargetService = service::TargetService;
  using ExpiryScheduler = service::ExpiryScheduler;
  using GrantRequest = service::GrantRequest;
  using End = service::End;
  using PurgeReport = service::PurgeReport;

  ServiceFixture() {
    for (const char* name : {"files", "shop"}) {
      must(TargetService(workspace).add({.name = target_name(name), .driver = "fake"}, progress));
      drivers.world(name).forget_calls();
    }
  }

  /// The vault as another process opens it.
  [[nodiscard]] vault::Vault reopened() {
    return must(vault::Vault::open(
        kVaultId, key_parameters, {file_key.bytes.clone()},
        [] { return Result<Secret>(fail(Errc::aborted, "nobody to ask")); }, random, keyring));
  }

  [[nodiscard]] FakeTarget& files() { return drivers.world("files"); }
  [[nodiscard]] FakeTarget& shop() { return drivers.world("shop"); }

  [[nodiscard]] static GrantRequest request(std::initializer_list<const char*> targets,
                                            End end = Ttl(8h)) {
    GrantRequest request{.targets = {},
                         .case_ref = must(CaseRef::parse("MSP-48213")),
                         .recipient = must(RecipientName::parse("ana")),
                         .end = end,
                         .public_key = std::nullopt};
    for (const char* target : targets) {
      request.targets.push_back(target_name(target));
    }
    return request;
  }

  GrantWithAccounts granted(std::initializer_list<const char*> targets, End end = Ttl(8h)) {
    return must(grants.grant(request(targets, end), progress));
  }

  [[nodiscard]] Account stored(const Account& account) const {
    for (Account& each : must(store->grant(account.grant)).accounts) {
      if (each.id == account.id) {
        return std::move(each);
      }
    }
    throw std::runtime_error("no such account");
  }

  [[nodiscard]] Secret password_of(const Account& account) {
    return must(vault.open(*account.secret,
                           {account.id, account.target, account.user_name, account.expires_at}));
  }

  /// Records a change as the services do.
  void record(const Account& account) {
    ChangeSet changes;
    changes.accounts.push_back(account);
    changes.audit.push_back(audit_entry(workspace, "test", account.id.str(), ""));
    must(commit(workspace, changes));
  }

  /// Writes into the records as somebody does who can write the database and has no key.
  void tamper(const Account& account) const {
    ChangeSet changes;
    changes.accounts.push_back(account);
    must(store->commit(changes));
  }

  PurgeReport purge() {
    return must(ExpiryScheduler(workspace, {}).run_due(progress, std::stop_token()));
  }

  FakeClock clock;
  SeededRandom random;
  FakeDriverFactory drivers;
  SilentProgress progress;
  std::shared_ptr<MemoryKeyring> keyring = std::make_shared<MemoryKeyring>();
  vault::FileKey file_key = vault::new_key(random);
  std::vector<std::uint8_t> key_parameters =
      must(vault::Vault::create_parameters(kVaultId, file_key, nullptr, {}, random));

 private:
  vault::Vault make_vault() {
    vault::Vault made = reopened();
    must(made.make_keyring(1, clock.now()));
    return made;
  }

 public:
  vault::Vault vault = make_vault();
  std::unique_ptr<Store> store =
      store::make_memory_store({kVaultId, clock.now(), vault.key_parameters()});
  std::unique_ptr<service::ClockGuard> guard = must(service::ClockGuard::open(clock, *store));
  service::Workspace workspace{*store, vault, drivers, *guard, random, "merchant (uid 1000)", {}};
  service::GrantService grants{workspace};
};

}  // namespace stagepass::tests
