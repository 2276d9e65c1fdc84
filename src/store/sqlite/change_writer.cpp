#include "store/sqlite/change_writer.hpp"

#include "store/change_rules.hpp"
#include "store/sqlite/audit_log.hpp"
#include "store/sqlite/case_rows.hpp"
#include "store/sqlite/queries.hpp"
#include "store/sqlite/recipients.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/statement.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace stagepass::store {
namespace {

constexpr std::string_view kInsertGrant = R"sql(
INSERT INTO grants (id, case_ref, recipient, created_at, created_by, expires_at, ended_at,
                    end_reason, ended_by, version, retrieve_by, work_time)
VALUES (:id, :case_ref, :recipient, :created_at, :created_by, :expires_at, :ended_at,
        :end_reason, :ended_by, :version, :retrieve_by, :work_time))sql";

constexpr std::string_view kUpdateGrant = R"sql(
UPDATE grants
SET expires_at = :expires_at, ended_at = :ended_at, end_reason = :end_reason, ended_by = :ended_by,
    retrieve_by = :retrieve_by, work_time = :work_time, version = version + 1
WHERE id = :id AND version = :version)sql";

constexpr std::string_view kInsertAccount = R"sql(
INSERT INTO accounts (id, grant_id, target, user_name, marker, state, created_at, expires_at,
                      ends_at, next_at, leased_until, attempts, last_error, wrapped_key, ciphertext,
                      claimed_at, claimed_by, retrieved_at, retrieved_by, disabled_at,
                      sessions_ended_at, sessions_ended, deleted_at, already_absent, verified_at,
                      login_check, version)
VALUES (:id, :grant_id, :target, :user_name, :marker, :state, :created_at, :expires_at,
        :ends_at, :next_at, :leased_until, :attempts, :last_error, :wrapped_key, :ciphertext,
        :claimed_at, :claimed_by, :retrieved_at, :retrieved_by, :disabled_at,
        :sessions_ended_at, :sessions_ended, :deleted_at, :already_absent, :verified_at,
        :login_check, :version))sql";

constexpr std::string_view kUpdateAccount = R"sql(
UPDATE accounts
SET state = :state, expires_at = :expires_at, ends_at = :ends_at, next_at = :next_at,
    leased_until = :leased_until, attempts = :attempts, last_error = :last_error,
    wrapped_key = :wrapped_key, ciphertext = :ciphertext, claimed_at = :claimed_at,
    claimed_by = :claimed_by, retrieved_at = :retrieved_at, retrieved_by = :retrieved_by,
    disabled_at = :disabled_at, sessions_ended_at = :sessions_ended_at,
    sessions_ended = :sessions_ended, deleted_at = :deleted_at, already_absent = :already_absent,
    verified_at = :verified_at, login_check = :login_check, version = version + 1
WHERE id = :id AND version = :version)sql";

constexpr std::string_view kInsertTarget = R"sql(
INSERT INTO targets (name, driver, environment, created_at, rehearsed_at, next_audit_at, version)
VALUES (:name, :driver, :environment, :created_at, :rehearsed_at, :next_audit_at, :version))sql";

constexpr std::string_view kUpdateTarget = R"sql(
UPDATE targets
SET driver = :driver, environment = :environment, rehearsed_at = :rehearsed_at,
    next_audit_at = :next_audit_at, version = version + 1
WHERE name = :name AND version = :version)sql";

constexpr std::string_view kWriteClock = R"sql(
INSERT INTO clock (id, latest, boot_id, since_boot, behind, epoch)
VALUES (1, :latest, :boot_id, :since_boot, :behind, :epoch)
ON CONFLICT (id) DO UPDATE
SET latest = excluded.latest, boot_id = excluded.boot_id, since_boot = excluded.since_boot,
    behind = excluded.behind, epoch = excluded.epoch
WHERE excluded.epoch > epoch OR (excluded.epoch = epoch AND excluded.latest >= latest))sql";

template <class Record>
Result<void> insert(Connection& connection, std::string_view sql, const Record& record) {
  SP_ASSIGN(auto statement, connection.prepare(sql));
  bind_identity(statement, record);
  bind_changeable(statement, record);
  auto done = statement.run();
  if (!done && done.error().code == Errc::conflict) {
    return fail(exists_already(describe(record)));
  }
  return done;
}

/// Compare and set: a version that is not the stored one finds no row.
template <class Record>
Result<void> update(Connection& connection, std::string_view sql, const Record& record) {
  SP_ASSIGN(auto statement, connection.prepare(sql));
  bind_changeable(statement, record);
  SP_TRY(statement.run());
  if (connection.changes() == 0) {
    return fail(changed_in_between(describe(record)));
  }
  return {};
}

Result<bool> exists(Connection& connection, std::string_view sql, std::string_view key) {
  SP_ASSIGN(auto statement, connection.prepare(sql));
  return statement.bind(":key", key).next();
}

Result<bool> target_exists(Connection& connection, const TargetName& name) {
  return exists(connection, "SELECT 1 FROM targets WHERE name = :key", name.str());
}

Result<void> run_for_target(Connection& connection, std::string_view sql, const TargetName& name) {
  SP_ASSIGN(auto statement, connection.prepare(sql));
  return statement.bind(":target", name.str()).run();
}

Result<void> write_settings(Connection& connection, const Target& target) {
  SP_TRY(run_for_target(connection, "DELETE FROM target_settings WHERE target = :target",
                        target.name));
  SP_TRY(run_for_target(connection, "DELETE FROM target_sealed_settings WHERE target = :target",
                        target.name));
  for (const auto& [key, value] : target.settings) {
    SP_ASSIGN(auto statement, connection.prepare("INSERT INTO target_settings (target, key, value) "
                                                 "VALUES (:target, :key, :value)"));
    SP_TRY(
        statement.bind(":target", target.name.str()).bind(":key", key).bind(":value", value).run());
  }
  for (const auto& [key, sealed] : target.sealed_settings) {
    SP_ASSIGN(auto statement,
              connection.prepare("INSERT INTO target_sealed_settings (target, key, sealed) "
                                 "VALUES (:target, :key, :sealed)"));
    SP_TRY(statement.bind(":target", target.name.str())
               .bind(":key", key)
               .bind(":sealed", Bytes(sealed))
               .run());
  }
  return {};
}

Result<void> write_targets(Connection& connection, const ChangeSet& changes) {
  for (const auto& target : changes.new_targets) {
    SP_TRY(insert(connection, kInsertTarget, target));
    SP_TRY(write_settings(connection, target));
  }
  for (const auto& target : changes.targets) {
    SP_ASSIGN(const bool there, target_exists(connection, target.name));
    if (!there) {
      return fail(no_such_target(target.name));
    }
    SP_TRY(update(connection, kUpdateTarget, target));
    SP_TRY(write_settings(connection, target));
  }
  return {};
}

Result<void> write_grants(Connection& connection, const ChangeSet& changes) {
  for (const auto& grant : changes.new_grants) {
    SP_TRY(insert(connection, kInsertGrant, grant));
  }
  for (const auto& grant : changes.grants) {
    SP_ASSIGN(const bool there,
              exists(connection, "SELECT 1 FROM grants WHERE id = :key", grant.id.str()));
    if (!there) {
      return fail(no_such_grant(grant.id));
    }
    SP_TRY(update(connection, kUpdateGrant, grant));
  }
  return {};
}

Result<void> write_accounts(Connection& connection, const ChangeSet& changes) {
  for (const auto& account : changes.new_accounts) {
    SP_ASSIGN(const bool there, target_exists(connection, account.target));
    if (!there) {
      return fail(no_such_target(account.target));
    }
    SP_TRY(insert(connection, kInsertAccount, account));
  }
  for (const auto& account : changes.accounts) {
    SP_ASSIGN(const bool there,
              exists(connection, "SELECT 1 FROM accounts WHERE id = :key", account.id.str()));
    if (!there) {
      return fail(no_such_account(account.id));
    }
    SP_TRY(update(connection, kUpdateAccount, account));
  }
  return {};
}

Result<void> remove_targets(Connection& connection, const std::vector<TargetName>& names) {
  for (const auto& name : names) {
    SP_ASSIGN(const auto open_accounts, count_open_accounts(connection, name));
    if (open_accounts > 0) {
      return fail(target_has_open_accounts(name, open_accounts));
    }
    SP_TRY(run_for_target(connection, "DELETE FROM targets WHERE name = :target", name));
    if (connection.changes() == 0) {
      return fail(no_such_target(name));
    }
  }
  return {};
}

Result<void> write_clock(Connection& connection, const std::optional<ClockMark>& mark) {
  if (!mark) {
    return {};
  }
  SP_ASSIGN(auto statement, connection.prepare(kWriteClock));
  return statement.bind(":latest", mark->latest)
      .bind(":boot_id", mark->boot_id)
      .bind(":since_boot", std::int64_t{mark->since_boot.count()})
      .bind(":behind", std::int64_t{mark->behind.count()})
      .bind(":epoch", mark->epoch)
      .run();
}

Result<void> write_key_epoch(Connection& connection, std::int64_t epoch) {
  SP_ASSIGN(auto statement, connection.prepare("SELECT key_epoch FROM vault"));
  SP_TRY(statement.next());
  const std::int64_t stored = Row(statement).integer();
  if (epoch < stored) {
    return fail(sealed_in_an_older_epoch(epoch, stored));
  }
  SP_ASSIGN(auto update, connection.prepare("UPDATE vault SET key_epoch = :epoch"));
  return update.bind(":epoch", epoch).run();
}

/// After the accounts are written: then those with a secret are those of the change set, or more.
Result<void> write_key_parameters(Connection& connection, const ChangeSet& changes) {
  SP_ASSIGN(auto statement,
            connection.prepare("SELECT count(*) FROM accounts WHERE wrapped_key IS NOT NULL"));
  SP_TRY(statement.next());
  if (Row(statement).integer() != count_secrets(changes.accounts)) {
    return fail(secrets_are_missing());
  }
  SP_ASSIGN(auto update, connection.prepare("UPDATE vault SET key_parameters = :parameters"));
  return update.bind(":parameters", Bytes(*changes.key_parameters)).run();
}

Result<void> write_keys(Connection& connection, const ChangeSet& changes) {
  if (changes.key_epoch) {
    SP_TRY(write_key_epoch(connection, *changes.key_epoch));
  }
  return changes.key_parameters ? write_key_parameters(connection, changes) : Result<void>();
}

/// Inside the transaction that adds to the log, so nobody else adds in between.
Result<void> check_unheard(Connection& connection, const ChangeSet& changes) {
  for (const std::string& subject : changes.unheard) {
    SP_ASSIGN(const bool is_heard,
              exists(connection, "SELECT 1 FROM audit WHERE subject = :key", subject));
    if (is_heard) {
      return fail(has_happened(subject));
    }
  }
  return {};
}

}  // namespace

Result<void> write_changes(Connection& connection, const ChangeSet& changes) {
  SP_TRY(check_changes(changes));
  SP_TRY(check_unheard(connection, changes));
  SP_ASSIGN(const auto timeboxes, moved_timeboxes(connection, changes));
  SP_TRY(write_cases(connection, changes));
  SP_TRY(write_recipients(connection, changes));
  SP_TRY(write_targets(connection, changes));
  SP_TRY(check_cases_of_grants(connection, changes));
  SP_TRY(write_grants(connection, changes));
  SP_TRY(write_accounts(connection, changes));
  SP_TRY(check_timeboxes(connection, timeboxes));
  SP_TRY(remove_targets(connection, changes.removed_targets));
  SP_TRY(write_keys(connection, changes));
  SP_TRY(write_clock(connection, changes.clock));
  return extend_audit_log(connection, changes.audit);
}

Result<void> write_lease(Connection& connection, Account& account, Timestamp lease_until) {
  account.leased_until = lease_until;
  SP_TRY(update(connection, kUpdateAccount, account));
  ++account.version;
  return {};
}

Result<std::int64_t> count_open_accounts(Connection& connection, const TargetName& target) {
  SP_ASSIGN(auto statement, connection.prepare(kCountOpenOnTarget));
  SP_TRY(statement.bind(":target", target.str()).next());
  return Row(statement).integer();
}

}  // namespace stagepass::store
