#include "simulation/week_down.hpp"

#include "simulation/quiet_progress.hpp"
#include "simulation/shared_time.hpp"
#include "simulation/simulated_vault.hpp"

#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <service/record_macs.hpp>
#include <service/records.hpp>
#include <support/fake_driver.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <support/temp_dir.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;
using tests::must;

constexpr Timestamp kStart{1'790'000'000s};
constexpr Elapsed kPurgeEvery = 5min;
constexpr Elapsed kPromised = 10min;
/// How long somebody waits for a target that does not answer.
constexpr Elapsed kNoAnswer = 10s;
constexpr std::size_t kPerGrant = 5;
constexpr std::size_t kPerCommit = 100 * kPerGrant;

class Outage final {
 public:
  explicit Outage(const WeekDownOptions& options) : options_(options), dice_(options.seed) {
    QuietProgress progress;
    must(service::TargetService(workspace_)
             .add({.name = target_,
                   .driver = "fake",
                   .settings = {{kConnectionsSetting, std::to_string(options.connections)}}},
                  progress));
    make_accounts();
    fakes_.world(target_.str()).on_call([this](const std::string&, const std::string&) { work(); });
  }

  WeekDownReport live() {
    set_down(true);
    while (time_.passed() < options_.outage) {
      report_.attempts_while_down += purge();
      time_.sleep(std::min(kPurgeEvery, options_.outage - time_.passed()));
    }
    set_down(false);
    const Elapsed back = time_.passed();
    // The worst moment to come back: right after cron has looked.
    time_.sleep(kPurgeEvery);
    while (open_accounts() > 0 && time_.passed() < back + 6 * kPromised) {
      const Elapsed begun = time_.passed();
      static_cast<void>(purge());
      report_.until_all_gone = time_.passed() - back;
      if (open_accounts() > 0) {
        time_.sleep(std::max(begun + kPurgeEvery - time_.passed(), Elapsed(1)));
      }
    }
    judge_all();
    return std::move(report_);
  }

 private:
  /// One operation on the target: it takes its time, and holds a connection.
  void work() {
    const std::size_t open = ++open_connections_;
    std::size_t most = most_connections_;
    while (open > most && !most_connections_.compare_exchange_weak(most, open)) {
    }
    time_.sleep(is_down_ ? kNoAnswer : options_.operation);
    --open_connections_;
  }

  void set_down(bool down) {
    is_down_ = down;
    fakes_.world(target_.str()).set_down(down);
  }

  std::size_t purge() {
    QuietProgress progress;
    return must(service::ExpiryScheduler(workspace_, {}).run_due(progress, {})).accounts.size();
  }

  std::int64_t open_accounts() { return must(store_->open_accounts_on(target_)); }

  /// Straight into the records and onto the target: that grants are made is not what is proven here.
  /// On the target they have no password: a Secret locks pages, and there are not enough for all.
  void make_accounts() {
    const CaseRef case_ref = must(CaseRef::parse("MSP-1"));
    const RecipientName recipient = must(RecipientName::parse("ana"));
    ChangeSet changes;
    changes.cases.push_back({case_ref, kStart});
    changes.recipients.push_back({recipient, kStart});
    for (std::size_t i = 0; i < options_.accounts; ++i) {
      if (i % kPerGrant == 0) {
        changes.new_grants.push_back({.id = GrantId::from_seed(new_seed()),
                                      .case_ref = case_ref,
                                      .recipient = recipient,
                                      .created_at = kStart,
                                      .created_by = "merchant",
                                      .expires_at = next_end()});
        changes.audit.push_back(service::audit_entry(
            workspace_, "grant", changes.new_grants.back().id.str(), "made for the proof"));
      }
      changes.new_accounts.push_back(make_account(changes.new_grants.back()));
      if (changes.new_accounts.size() == kPerCommit || i + 1 == options_.accounts) {
        must(service::commit(workspace_, changes));
        changes = {};
      }
    }
  }

  IdSeed new_seed() {
    IdSeed seed{};
    random_.fill(seed);
    return seed;
  }

  Account make_account(const Grant& grant) {
    const auto id = AccountId::from_seed(new_seed());
    Account account{.id = id,
                    .grant = grant.id,
                    .target = target_,
                    .user_name = user_name_for(id),
                    .marker = vault_.marker(id, target_),
                    .state = AccountState::active,
                    .created_at = kStart,
                    .expires_at = grant.expires_at};
    account.ends_at = account.expires_at;
    account.next_at = account.expires_at;
    account.secret = must(vault_.seal(
        password_, {account.id, account.target, account.user_name, account.expires_at}));
    const AccountRef ref{account.id, account.user_name, account.marker};
    must(tests::FakeDriver(fakes_.world(target_.str()))
             .create({ref, account.expires_at, nullptr, std::nullopt}, 1s));
    return account;
  }

  /// Half of the grants end while the target is dead, the others in the moment of its return.
  Timestamp next_end() {
    const Elapsed end = dice_.percent(50) ? dice_.between(1s, options_.outage) : options_.outage;
    return kStart + std::chrono::floor<std::chrono::seconds>(end);
  }

  void judge_all() {
    const Seen seen = see_fakes(fakes_);
    report_.violations = judge({.seen = seen,
                                .store = *store_,
                                .vault = vault_,
                                .now = time_.now(),
                                .bound = std::chrono::floor<Ttl>(kPromised)});
    report_.accounts = options_.accounts;
    report_.gone = options_.accounts - static_cast<std::size_t>(open_accounts());
    report_.most_connections = most_connections_;
    const auto object = [this](std::string what) {
      report_.violations.push_back({Invariant::overdue, std::move(what)});
    };
    if (report_.gone < report_.accounts || report_.until_all_gone > kPromised) {
      object(fmt::format("{} of {} accounts were gone {} s after the target's return", report_.gone,
                         report_.accounts, report_.until_all_gone / std::chrono::seconds(1)));
    }
    if (report_.most_connections > options_.connections) {
      object(fmt::format("{} connections were open at the same time", report_.most_connections));
    }
  }

  WeekDownOptions options_;
  Dice dice_;
  SharedTime time_{kStart};
  tests::SeededRandom random_{options_.seed};
  tests::FakeDriverFactory fakes_;
  tests::TempDir folder_{fast_disk()};
  vault::Vault vault_ = make_vault(random_);
  std::unique_ptr<Store> store_ = make_disk(vault_, folder_.path(), kStart);
  std::unique_ptr<service::ClockGuard> guard_ = must(service::ClockGuard::open(time_, *store_));
  service::Workspace workspace_{*store_, vault_, fakes_, *guard_, random_, "cron", {}};
  TargetName target_ = must(TargetName::parse("files"));
  Secret password_ = Secret::copy_of("the same for all of them");
  std::atomic<bool> is_down_ = false;
  std::atomic<std::size_t> open_connections_ = 0;
  std::atomic<std::size_t> most_connections_ = 0;
  WeekDownReport report_;
};

}  // namespace

WeekDownReport live_through_outage(const WeekDownOptions& options) {
  return Outage(options).live();
}

}  // namespace stagepass::proof
