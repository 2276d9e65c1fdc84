// A vault's database that somebody wrote to, or a disk has damaged.

#include <stagepass/store/sqlite_store.hpp>

#include <algorithm>
#include <fstream>
#include <fuzz/fuzz.hpp>
#include <string>
#include <support/content.hpp>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::fuzz {
namespace {

constexpr Timestamp kNow{std::chrono::seconds(1'900'000'000)};
constexpr std::size_t kAll = 100;

ChangeSet sample_records() {
  const GrantId grant = GrantId::parse("g-7f3k9q2m5x").value();
  const AccountId account = AccountId::parse("a-7f3k9q2m5x").value();
  const TargetName target = TargetName::parse("shop").value();
  const CaseRef case_ref = CaseRef::parse("MSP-1").value();
  const RecipientName recipient = RecipientName::parse("ana").value();
  const Timestamp end = kNow + std::chrono::hours(1);
  return {.cases = {{case_ref, kNow}},
          .recipients = {{recipient, kNow}},
          .new_grants = {{.id = grant,
                          .case_ref = case_ref,
                          .recipient = recipient,
                          .created_at = kNow,
                          .created_by = "root on shop1",
                          .expires_at = end}},
          .new_accounts = {{.id = account,
                            .grant = grant,
                            .target = target,
                            .user_name = user_name_for(account),
                            .marker = "stagepass/a-7f3k9q2m5x.c0ffee",
                            .state = AccountState::active,
                            .created_at = kNow,
                            .expires_at = end,
                            .ends_at = end,
                            .next_at = end,
                            .secret = SealedSecret{{1, 2, 3}, {4, 5, 6, 0}}}},
          .new_targets = {{.name = target,
                           .driver = "command",
                           .settings = {{"program", "/usr/local/bin/shop"}},
                           .sealed_settings = {{"token", {9, 8, 0, 7}}},
                           .created_at = kNow,
                           .next_audit_at = kNow}},
          .clock = ClockMark{.latest = kNow, .boot_id = "boot"},
          .audit = {{kNow, "root on shop1", "grant", grant.str(), "for ana"}}};
}

/// A database in memory that is whole again before every harm.
class Victim final {
 public:
  Victim() {
    const VaultRecord vault{"00112233445566778899aabbccddeeff", kNow, {1, 0, 255}};
    require(store::create_sqlite_store(path_, vault).has_value(), "a vault can be made");
    const auto store = store::open_sqlite_store(path_);
    require(store && (*store)->commit(sample_records()).has_value(), "a vault takes records");
    whole_ = tests::content_of(path_);
    for (std::size_t place = 0; place < whole_.size(); ++place) {
      if (whole_[place] != 0) {
        places_.push_back(place);  // most of a small database is zeros that nobody reads
      }
    }
  }

  /// Two bytes say where, one says how much, and so many follow that are written there.
  const std::filesystem::path& harm(std::string_view patches) const {
    std::string image = whole_;
    while (patches.size() > 3) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(patches[i]); };
      const std::size_t place = places_[(byte(0) * 256U + byte(1)) % places_.size()];
      const std::size_t size = std::min<std::size_t>(byte(2), image.size() - place);
      const std::string_view bytes = patches.substr(3, size);
      image.replace(place, bytes.size(), bytes);
      patches.remove_prefix(3 + bytes.size());
    }
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << image;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path() != path_) {  // the copy of an older schema, a journal
        std::filesystem::remove(entry.path());
      }
    }
    return path_;
  }

 private:
  tests::TempDir folder_{"/dev/shm"};
  std::filesystem::path path_ = folder_.path() / "vault.db";
  std::string whole_;
  std::vector<std::size_t> places_;
};

template <class T>
bool is_read(const Result<T>& result) {
  if (!result) {
    require_safe(result.error());
    require(result.error().code != Errc::internal, "a damaged database is no bug of ours");
  }
  return result.has_value();
}

void look_at(const Account& account) {
  require_safe(account.id.str());
  require_safe(account.user_name.str());
  require_safe(format_utc(account.ends_at));
  static_cast<void>(is_overdue(account, kNow));
}

void read_all(Store& store) {
  is_read(store.vault());
  is_read(store.clock_mark());
  is_read(store.targets());
  is_read(store.overdue(kNow));
  is_read(store.next_due());
  is_read(store.audit_of("g-7f3k9q2m5x"));
  const auto grants = store.grants({.include = GrantFilter::Include::all}, {}, kAll);
  if (is_read(grants)) {
    for (const GrantWithAccounts& grant : *grants) {
      std::for_each(grant.accounts.begin(), grant.accounts.end(), look_at);
    }
  }
  const auto due = store.due(kNow + std::chrono::hours(2), kAll);
  if (is_read(due)) {
    std::for_each(due->begin(), due->end(), look_at);
  }
  is_read(store.claim_due(TargetName::parse("shop").value(), kNow + std::chrono::hours(2),
                          kNow + std::chrono::hours(3)));
}

void try_database(std::string_view input) {
  static const Victim victim;
  const auto store = store::open_sqlite_store(victim.harm(input));
  if (is_read(store)) {
    read_all(**store);
  }
}

const Registration registration({"database", try_database});

}  // namespace
}  // namespace stagepass::fuzz
