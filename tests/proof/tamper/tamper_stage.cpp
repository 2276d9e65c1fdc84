#include "tamper_stage.hpp"

#include <stagepass/age/identity.hpp>
#include <stagepass/service/case_service.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/recipient_service.hpp>
#include <stagepass/service/target_service.hpp>
#include <stagepass/store/sqlite_store.hpp>

#include <fmt/format.h>

#include <memory>
#include <proof/simulation/quiet_progress.hpp>
#include <stdexcept>
#include <support/results.hpp>
#include <unit/store/raw_database.hpp>
#include <utility>
#include <vector>

namespace stagepass::proof {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using tests::FakeFault;
using tests::must;

constexpr std::size_t kLeastSize = 40UL * 4096;

TargetName target_name(const char* text) {
  return must(TargetName::parse(text));
}

/// A journal that SQLite takes for hot is only on disk when the changes do not fit into memory.
std::string hot_journal_of(const std::filesystem::path& path) {
  tests::RawDatabase database(path);
  database.run("PRAGMA cache_size = 1");
  database.run("BEGIN IMMEDIATE");
  database.run("UPDATE accounts SET attempts = attempts + 1, ends_at = ends_at + 1");
  database.run("UPDATE grants SET expires_at = expires_at + 1, created_at = created_at + 1");
  database.run("UPDATE targets SET version = version + 1");
  database.run("UPDATE audit SET subject = subject || '-', detail = detail || '-'");
  std::string journal = tests::content_of(path.string() + "-journal");
  database.run("ROLLBACK");
  return journal;
}

}  // namespace

/// What happens in the vault until it is left alone.
class TamperStage::Day final {
 public:
  explicit Day(TamperStage& stage)
      : stage_(stage),
        vault_(stage.true_vault()),
        store_(must(store::open_sqlite_store(stage.folder_.path() / "vault.db"))),
        guard_(must(service::ClockGuard::open(stage.clock, *store_))) {}

  void begin() {
    for (const char* name : {"files", "shop"}) {
      service::TargetDraft draft{.name = target_name(name), .driver = "fake"};
      draft.secrets.emplace("token", Secret::copy_of("the admin's token"));
      must(service::TargetService(workspace_).add(std::move(draft), progress_));
    }
    confirm_keys();
    open_cases();
    for (int i = 0; i < 3; ++i) {
      grant({"files", "shop"}, hours(8));
      grant({"files"}, hours(7));
    }
    retrieve(grants().front());
    retrieve(grants().back());
    for (int i = 0; i < 3; ++i) {
      end(grant({"shop"}, hours(8)));
    }
    grant({"files"}, hours(1));
    grant({"shop"}, hours(1));
    grant({"files"}, hours(8), {.retrieve_by = hours(6), .work_time = hours(1)});
    retrieve(grant({"shop"}, hours(8), {.retrieve_by = hours(6), .work_time = hours(5)}));
    stage_.clock.advance(minutes(30));
  }

  void go_on() {
    must(grants_.extend(grants().at(2), Ttl(hours(8)), progress_));
    retrieve(grants().at(2));
    const CaseRef ref = must(CaseRef::parse(kStageCases.front()));
    must(service::CaseService(workspace_).open(ref, {.answers = {{Basic::since, "June"}}}));
    must(service::CaseService(workspace_).timebox(ref, Ttl(hours(20)), progress_));
    for (int i = 0; i < 2; ++i) {
      grant({"shop", "files"}, hours(8));
      grant({"files"}, hours(1));
    }
    stage_.drivers.world("shop").break_operation("erase", {.times = FakeFault::kEver});
    for (int i = 0; i < 2; ++i) {
      end(grant({"shop"}, hours(8)));
    }
    stage_.drivers.world("shop").heal();
    leave_one_half_made();
    stage_.clock.advance(hours(2));
  }

  void let_strangers_in() {
    const auto found = must(store_->grant(grants().at(4)));
    const Account& replaced = found.accounts.front();
    for (const char* name : {"files", "shop"}) {
      tests::FakeTarget& world = stage_.drivers.world(name);
      world.add_foreign("backup");
      world.add_foreign("sp0000000000", "stagepass/a-0000000000.0123456789abcdef");
      world.add_foreign("copycat", replaced.marker);
    }
    stage_.drivers.world(replaced.target.str()).add_foreign(replaced.user_name.str());
  }

  void note_accounts() {
    for (const GrantId& id : grants()) {
      for (const Account& account : must(store_->grant(id)).accounts) {
        stage_.grants_by_user_name_.emplace(account.user_name.str(), id.str());
        if (account.retrieval.retrieved_at) {
          stage_.retrieved_.insert(account.user_name.str());
        }
      }
    }
  }

  /// Room enough for damage that hits nothing of the accounts.
  void fill_up() {
    while (std::filesystem::file_size(stage_.folder_.path() / "vault.db") < kLeastSize) {
      ChangeSet changes;
      for (int i = 0; i < 10; ++i) {
        changes.audit.push_back({stage_.clock.now(), workspace_.actor, "target.test", "files",
                                 "the target was looked at and nothing was found"});
      }
      must(store_->commit(changes));
    }
  }

 private:
  [[nodiscard]] std::vector<GrantId>& grants() { return stage_.grants_; }

  /// One key that counts and one that nobody has compared.
  void confirm_keys() {
    const auto ana = must(RecipientName::parse("ana"));
    std::vector<age::Recipient> keys;
    for (int i = 0; i < 2; ++i) {
      const auto identities = must(age::read_identities(age::generate_identity(stage_.random)));
      keys.push_back(identities.front().recipient().value());
    }
    service::RecipientService recipients(workspace_);
    must(recipients.add_keys(ana, keys));
    must(recipients.confirm(ana, keys.front().str()));
  }

  void open_cases() {
    service::CaseService cases(workspace_);
    for (const char* text : kStageCases) {
      const CaseRef ref = must(CaseRef::parse(text));
      must(cases.open(ref, {.environment = Environment::staging,
                            .platform = "WooCommerce",
                            .versions = "9.1",
                            .answers = {{Basic::since, "May"}, {Basic::updates, text}}}));
      must(cases.timebox(ref, Ttl(hours(40)), progress_));
    }
    must(cases.close(must(CaseRef::parse(kStageCases.back())), progress_));
  }

  struct Clocks {
    std::optional<Ttl> retrieve_by;
    std::optional<Ttl> work_time;
  };

  GrantId grant(const std::vector<const char*>& targets, Ttl life, const Clocks& clocks = {}) {
    service::GrantRequest request{.targets = {},
                                  .case_ref = must(CaseRef::parse(kStageCases.front())),
                                  .recipient = must(RecipientName::parse("ana")),
                                  .end = life,
                                  .public_key = std::nullopt};
    for (const char* target : targets) {
      request.targets.push_back(target_name(target));
    }
    if (clocks.retrieve_by) {
      request.retrieve_by = *clocks.retrieve_by;
    }
    request.work_time = clocks.work_time;
    grants().push_back(must(grants_.grant(request, progress_)).grant.id);
    return grants().back();
  }

  void retrieve(const GrantId& id) {
    must(grants_.retrieve(id, std::nullopt, [](const auto&) { return Result<void>(); }));
  }

  void end(const GrantId& id) {
    GrantFilter which;
    which.id = id;
    must(grants_.end(which, EndReason::finished, progress_));
  }

  void leave_one_half_made() {
    tests::FakeTarget& files = stage_.drivers.world("files");
    files.on_call([](const std::string& operation, const std::string&) {
      if (operation == "create") {
        throw std::runtime_error("the process ends here");
      }
    });
    try {
      grant({"files"}, hours(8));
    } catch (const std::runtime_error&) {
      files.on_call({});
      return;
    }
    throw std::logic_error("the crash did not come");
  }

  TamperStage& stage_;
  QuietProgress progress_;
  vault::Vault vault_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<service::ClockGuard> guard_;
  service::Workspace workspace_{
      *store_, vault_, stage_.drivers, *guard_, stage_.random, "merchant (uid 1000)", {}};
  service::GrantService grants_{workspace_};
};

TamperStage::TamperStage(std::uint64_t number)
    : random(number),
      vault_id_(fmt::format("{:032x}", number)),
      folder_("/dev/shm"),
      key_(vault::new_key(random)),
      key_parameters_(must(vault::Vault::create_parameters(vault_id_, key_, nullptr, {}, random))) {
  const auto path = folder_.path() / "vault.db";
  must(store::create_sqlite_store(path, {vault_id_, clock.now(), key_parameters_}));
  must(true_vault().make_keyring(1, clock.now()));
  Day(*this).begin();
  earlier_ = tests::content_of(path);
  journal_ = hot_journal_of(path);
  {
    Day day(*this);
    day.go_on();
    day.let_strangers_in();
    day.note_accounts();
    day.fill_up();
  }
  database_ = tests::content_of(path);
}

std::string TamperStage::grant_of(const std::string& user_name) const {
  const auto found = grants_by_user_name_.find(user_name);
  return found == grants_by_user_name_.end() ? "" : found->second;
}

Result<vault::Vault> TamperStage::open_vault(const VaultRecord& record) {
  return vault::Vault::open(
      record.vault_id, record.key_parameters, vault::FileKey{key_.bytes.clone()},
      [] { return Result<Secret>(fail(Errc::locked, "nobody to ask")); }, random, keyring_);
}

vault::Vault TamperStage::true_vault() {
  return must(open_vault({vault_id_, clock.now(), key_parameters_}));
}

}  // namespace stagepass::proof
