#include "store/sqlite/sqlite_store.hpp"

#include "store/change_rules.hpp"
#include "store/sqlite/audit_log.hpp"
#include "store/sqlite/case_rows.hpp"
#include "store/sqlite/change_writer.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/indexes.hpp"
#include "store/sqlite/queries.hpp"
#include "store/sqlite/recipients.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/sqlite_error.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/transaction.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/store/sqlite_store.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <utility>

namespace stagepass::store {
namespace {

/// Reads all rows of a bound statement with `read`, which gives a Result<T>.
template <class T, class Read>
Result<std::vector<T>> read_all(Statement& statement, Read read) {
  std::vector<T> records;
  for (;;) {
    SP_ASSIGN(const bool has_row, statement.next());
    if (!has_row) {
      return records;
    }
    SP_ASSIGN(auto record, read(statement));
    records.push_back(std::move(record));
  }
}

/// The first row of a bound statement, nothing if it gives none.
template <class T, class Read>
Result<std::optional<T>> read_first(Statement& statement, Read read) {
  SP_ASSIGN(const bool has_row, statement.next());
  if (!has_row) {
    return std::optional<T>();
  }
  SP_ASSIGN(auto record, read(statement));
  return std::optional<T>(std::move(record));
}

Result<AuditEntry> audit_entry_of(const Statement& row) {
  return read_audit_entry(row);
}

std::int64_t as_limit(std::size_t limit) {
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(limit, kMost));
}

/// The conditions that were asked for, and no others: `(:case IS NULL OR ...)` would use no index.
std::string select_grants(const GrantFilter& filter, bool has_after) {
  std::string sql = fmt::format("SELECT {} FROM grants AS g WHERE TRUE", kGrantColumns);
  if (filter.id) {
    sql += " AND id = :id";
  }
  if (filter.case_ref) {
    sql += " AND case_ref = :case_ref";
  }
  if (filter.recipient) {
    sql += " AND recipient = :recipient";
  }
  if (filter.target) {
    sql += " AND EXISTS (SELECT 1 FROM accounts WHERE grant_id = g.id AND target = :target)";
  }
  if (filter.include == GrantFilter::Include::open) {
    sql += " AND EXISTS (SELECT 1 FROM accounts WHERE grant_id = g.id AND state <> 'gone')";
  }
  if (has_after) {
    sql += " AND (created_at, id) > (SELECT created_at, id FROM grants WHERE id = :after)";
  }
  return sql + " ORDER BY created_at, id LIMIT :limit";
}

void bind_filter(Statement& statement, const GrantFilter& filter) {
  if (filter.id) {
    statement.bind(":id", filter.id->str());
  }
  if (filter.case_ref) {
    statement.bind(":case_ref", filter.case_ref->str());
  }
  if (filter.recipient) {
    statement.bind(":recipient", filter.recipient->str());
  }
  if (filter.target) {
    statement.bind(":target", filter.target->str());
  }
}

/// A table out of order, or its index, leads SQLite to another row than the one that it looks for.
template <class Key>
Result<void> require_asked(const Key& asked, const Key& found) {
  return found == asked ? Result<void>()
                        : fail(Errc::corrupt,
                               fmt::format("the vault database has {} in the place of {}",
                                           found.str(), asked.str()),
                               "put the newest backup in place");
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Result<VaultRecord> vault() override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(
        auto statement,
        connection_->prepare("SELECT vault_id, created_at, key_parameters, key_epoch FROM vault"));
    SP_ASSIGN(const bool found, statement.next());
    if (!found) {
      return fail(Errc::corrupt, fmt::format("the vault database {} has lost its vault record",
                                             stagepass::quoted(connection_->path().string())));
    }
    Row row(statement);
    return VaultRecord{.vault_id = row.text(),
                       .created_at = row.time(),
                       .key_parameters = row.blob(),
                       .key_epoch = row.integer()};
  }

  Result<void> still_durable() const override {
    return connection_->sync_failed() ? fail(lost_durability(connection_->path())) : Result<void>();
  }

  Result<std::optional<ClockMark>> clock_mark() override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement,
              connection_->prepare(fmt::format("SELECT {} FROM clock", kClockColumns)));
    return read_first<ClockMark>(statement, read_clock_mark);
  }

  Result<void> commit(const ChangeSet& changes) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto transaction, Transaction::begin(*connection_));
    SP_TRY(write_changes(*connection_, changes));
    return transaction.commit();
  }

  Result<Target> target(const TargetName& name) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(fmt::format(
                                  "SELECT {} FROM targets WHERE name = :name", kTargetColumns)));
    SP_ASSIGN(const bool found, statement.bind(":name", name.str()).next());
    if (!found) {
      return fail(no_such_target(name));
    }
    SP_ASSIGN(auto target, target_of(statement));
    SP_TRY(require_asked(name, target.name));
    return target;
  }

  Result<std::vector<Target>> targets() override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(fmt::format(
                                  "SELECT {} FROM targets ORDER BY name", kTargetColumns)));
    return read_all<Target>(statement, [this](const Statement& row) { return target_of(row); });
  }

  Result<Recipient> recipient(const RecipientName& name) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto found, read_recipients(*connection_, name));
    if (found.empty()) {
      return fail(no_such_recipient(name));
    }
    SP_TRY(require_asked(name, found.front().name));
    return std::move(found.front());
  }

  Result<std::vector<Recipient>> recipients() override {
    const std::lock_guard lock(mutex_);
    return read_recipients(*connection_, std::nullopt);
  }

  Result<std::optional<Case>> find_case(const CaseRef& ref) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(fmt::format(
                                  "SELECT {} FROM cases WHERE ref = :ref", kCaseColumns)));
    statement.bind(":ref", ref.str());
    SP_ASSIGN(auto record, read_first<Case>(statement, [this](const Statement& row) {
                return vouched_case(row);
              }));
    SP_TRY(require_asked(ref, record ? record->ref : ref));
    return record;
  }

  Result<std::vector<Case>> cases(const std::optional<CaseRef>& after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(
        auto statement,
        connection_->prepare(fmt::format(
            "SELECT {} FROM cases WHERE ref > :after ORDER BY ref LIMIT :limit", kCaseColumns)));
    const std::string behind = after ? after->str() : "";
    statement.bind(":after", behind).bind(":limit", as_limit(limit));
    return read_all<Case>(statement, [this](const Statement& row) { return vouched_case(row); });
  }

  Result<GrantWithAccounts> grant(const GrantId& id) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(fmt::format(
                                  "SELECT {} FROM grants WHERE id = :id", kGrantColumns)));
    SP_ASSIGN(const bool found, statement.bind(":id", id.str()).next());
    if (!found) {
      return fail(no_such_grant(id));
    }
    SP_ASSIGN(auto entry, with_accounts(statement));
    SP_TRY(require_asked(id, entry.grant.id));
    SP_TRY(read_vouched_mac(*connection_, entry.grant));
    for (Account& account : entry.accounts) {
      SP_TRY(read_vouched_mac(*connection_, account));
    }
    return entry;
  }

  Result<std::optional<Account>> account(const AccountId& id) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(fmt::format(
                                  "SELECT {} FROM accounts WHERE id = :id", kAccountColumns)));
    statement.bind(":id", id.str());
    SP_ASSIGN(auto account, read_first<Account>(statement, [this](const Statement& row) {
                return vouched_account(row);
              }));
    SP_TRY(require_asked(id, account ? account->id : id));
    return account;
  }

  Result<std::vector<GrantWithAccounts>> grants(const GrantFilter& filter,
                                                const std::optional<GrantId>& after,
                                                std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(select_grants(filter, after.has_value())));
    bind_filter(statement, filter);
    if (after) {
      statement.bind(":after", after->str());
    }
    statement.bind(":limit", as_limit(limit));
    return read_all<GrantWithAccounts>(statement,
                                       [this](const Statement& row) { return with_accounts(row); });
  }

  Result<std::int64_t> open_accounts_on(const TargetName& target) override {
    const std::lock_guard lock(mutex_);
    return count_open_accounts(*connection_, target);
  }

  Result<std::vector<Account>> accounts_on(const TargetName& target,
                                           const std::optional<AccountId>& after,
                                           std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(select_open_on_target(after.has_value())));
    statement.bind(":target", target.str()).bind(":limit", as_limit(limit));
    if (after) {
      statement.bind(":after", after->str());
    }
    return read_all<Account>(statement,
                             [this](const Statement& row) { return vouched_account(row); });
  }

  Result<std::vector<TargetName>> targets_to_audit(Timestamp now) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(kSelectTargetsToAudit));
    statement.bind(":now", now);
    return read_all<TargetName>(statement, read_target_name);
  }

  Result<std::vector<TargetName>> targets_with_due(Timestamp now) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(select_targets_with_due()));
    statement.bind(":now", now);
    return read_all<TargetName>(statement, read_target_name);
  }

  Result<std::optional<Account>> claim_due(const TargetName& target, Timestamp now,
                                           Timestamp lease_until) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto transaction, Transaction::begin(*connection_));
    SP_ASSIGN(auto account, first_due(target, now));
    if (!account) {
      return std::optional<Account>();
    }
    SP_TRY(write_lease(*connection_, *account, lease_until));
    SP_TRY(transaction.commit());
    return account;
  }

  Result<std::int64_t> bring_forward(const TargetName& target, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(kBringForward));
    SP_TRY(statement.bind(":target", target.str()).bind(":now", now).run());
    return connection_->changes();
  }

  Result<std::int64_t> mend_times(const LatestTimes& times) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto transaction, Transaction::begin(*connection_));
    SP_ASSIGN(auto leases, connection_->prepare(kMendLeases));
    SP_TRY(leases.bind(":latest", times.lease).run());
    std::int64_t mended = connection_->changes();
    SP_ASSIGN(auto ends, connection_->prepare(kMendEnds));
    SP_TRY(ends.run());
    mended += connection_->changes();
    const std::array put_off = {std::pair(kMendRetries, times.retry),
                                std::pair(kMendPlans, times.plan),
                                std::pair(kMendAudits, times.audit)};
    for (const auto& [sql, latest] : put_off) {
      SP_ASSIGN(auto statement, connection_->prepare(sql));
      SP_TRY(statement.bind(":now", times.now).bind(":latest", latest).run());
      mended += connection_->changes();
    }
    SP_TRY(transaction.commit());
    return mended;
  }

  Result<bool> mend_indexes() override {
    const std::lock_guard lock(mutex_);
    return store::mend_indexes(*connection_);
  }

  Result<std::vector<Account>> due(Timestamp now, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(select_due()));
    statement.bind(":now", now).bind(":limit", as_limit(limit));
    return read_all<Account>(statement, read_account);
  }

  Result<std::optional<Timestamp>> next_due() override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(kSelectNextDue));
    SP_TRY(statement.next());
    return Row(statement).optional_time();
  }

  Result<Overdue> overdue(Timestamp now) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(kSelectOverdue));
    SP_TRY(statement.bind(":now", now).next());
    Row row(statement);
    return Overdue{.accounts = row.integer(), .oldest = row.optional_time()};
  }

  Result<std::vector<AuditEntry>> audit_of(const std::string& subject) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement,
              connection_->prepare(fmt::format(
                  "SELECT {} FROM audit WHERE subject = :subject ORDER BY id", kAuditColumns)));
    statement.bind(":subject", subject);
    return read_all<AuditEntry>(statement, audit_entry_of);
  }

  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(auto statement, connection_->prepare(fmt::format(
                                  "SELECT {} FROM audit WHERE id > :after ORDER BY id LIMIT :limit",
                                  kAuditColumns)));
    statement.bind(":after", after).bind(":limit", as_limit(limit));
    return read_all<AuditEntry>(statement, audit_entry_of);
  }

  Result<AuditHead> audit_head() override {
    const std::lock_guard lock(mutex_);
    return read_audit_head(*connection_);
  }

 private:
  // The statement these are given stands on a row. While it does, SQLite lets nobody change the
  // file, so what is read in addition belongs to the same moment.

  Result<Target> target_of(const Statement& row) {
    SP_ASSIGN(auto target, read_target(row));
    SP_ASSIGN(auto settings,
              connection_->prepare("SELECT key, value FROM target_settings WHERE target = :name"));
    settings.bind(":name", target.name.str());
    for (;;) {
      SP_ASSIGN(const bool has_row, settings.next());
      if (!has_row) {
        break;
      }
      Row setting(settings);
      auto key = setting.text();
      target.settings.emplace(std::move(key), setting.text());
    }
    SP_ASSIGN(auto sealed, connection_->prepare("SELECT key, sealed FROM target_sealed_settings "
                                                "WHERE target = :name"));
    sealed.bind(":name", target.name.str());
    for (;;) {
      SP_ASSIGN(const bool has_row, sealed.next());
      if (!has_row) {
        break;
      }
      Row setting(sealed);
      auto key = setting.text();
      target.sealed_settings.emplace(std::move(key), setting.blob());
    }
    SP_TRY(read_vouched_mac(*connection_, target));
    return target;
  }

  Result<Case> vouched_case(const Statement& row) {
    SP_ASSIGN(auto record, read_case(row));
    SP_TRY(read_vouched_mac(*connection_, record));
    return record;
  }

  Result<Account> vouched_account(const Statement& row) {
    SP_ASSIGN(auto account, read_account(row));
    SP_TRY(read_vouched_mac(*connection_, account));
    return account;
  }

  Result<GrantWithAccounts> with_accounts(const Statement& row) {
    SP_ASSIGN(auto grant, read_grant(row));
    SP_ASSIGN(auto statement,
              connection_->prepare(
                  fmt::format("SELECT {} FROM accounts WHERE grant_id = :grant ORDER BY target, id",
                              kAccountColumns)));
    statement.bind(":grant", grant.id.str());
    SP_ASSIGN(auto accounts, read_all<Account>(statement, read_account));
    // An index out of order leads to accounts of others.
    std::erase_if(accounts, [&](const Account& account) { return account.grant != grant.id; });
    return GrantWithAccounts{.grant = std::move(grant), .accounts = std::move(accounts)};
  }

  Result<std::optional<Account>> first_due(const TargetName& target, Timestamp now) {
    SP_ASSIGN(auto unfinished, first_of(select_first_unfinished_on_target(), target, now));
    return unfinished ? Result<std::optional<Account>>(std::move(unfinished))
                      : first_of(select_first_due_on_target(), target, now);
  }

  Result<std::optional<Account>> first_of(const std::string& sql, const TargetName& target,
                                          Timestamp now) {
    SP_ASSIGN(auto statement, connection_->prepare(sql));
    statement.bind(":target", target.str()).bind(":now", now);
    return read_first<Account>(statement,
                               [this](const Statement& row) { return vouched_account(row); });
  }

  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;
};

Result<void> write_vault(Connection& connection, const VaultRecord& vault) {
  SP_ASSIGN(
      auto statement,
      connection.prepare("INSERT INTO vault (id, vault_id, created_at, key_parameters, key_epoch) "
                         "VALUES (1, :vault_id, :created_at, :key_parameters, :key_epoch)"));
  return statement.bind(":vault_id", vault.vault_id)
      .bind(":created_at", vault.created_at)
      .bind(":key_parameters", Bytes(vault.key_parameters))
      .bind(":key_epoch", vault.key_epoch)
      .run();
}

}  // namespace

Result<void> create_sqlite_store(const std::filesystem::path& path, const VaultRecord& vault) {
  SP_ASSIGN(const auto real_path, check_database_folder(path));
  SP_ASSIGN(auto file, UnfinishedFile::beside(real_path));
  {
    SP_ASSIGN(const auto connection, Connection::open(file.path()));
    SP_TRY(create_schema(*connection, all_migrations()));
    SP_TRY(write_vault(*connection, vault));
  }
  return file.publish(real_path, UnfinishedFile::Existing::refuse);
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path) {
  return open_sqlite_store(path, SqliteOptions());
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path,
                                                 const SqliteOptions& options) {
  SP_ASSIGN(const auto real_path, check_database_file(path));
  SP_ASSIGN(auto connection, Connection::open(real_path, options.busy_timeout));
  SP_TRY(update_schema(*connection, options.migrations));
  return std::make_unique<SqliteStore>(std::move(connection));
}

}  // namespace stagepass::store
