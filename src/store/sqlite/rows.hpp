#pragma once

#include "store/sqlite/statement.hpp"

#include <stagepass/ports/store.hpp>

#include <utility>

namespace stagepass::store {

// How records lie in their tables. Binding is by name, in two parts: what identifies a record and
// never changes, and what an update may change. Reading follows the order of the k...Columns.

inline constexpr const char* kGrantColumns =
    "id, case_ref, recipient, created_at, created_by, expires_at, ended_at, end_reason, ended_by, "
    "version, retrieve_by, work_time";

inline constexpr const char* kAccountColumns =
    "id, grant_id, target, user_name, marker, state, created_at, expires_at, ends_at, next_at, "
    "leased_until, attempts, last_error, wrapped_key, ciphertext, claimed_at, claimed_by, "
    "retrieved_at, retrieved_by, disabled_at, sessions_ended_at, sessions_ended, deleted_at, "
    "already_absent, verified_at, login_check, version";

inline constexpr const char* kTargetColumns =
    "name, driver, environment, created_at, rehearsed_at, version, next_audit_at";

inline constexpr const char* kRecipientColumns = "name, created_at, version";

inline constexpr const char* kClockColumns = "latest, boot_id, since_boot, behind, epoch";

inline constexpr const char* kAuditColumns =
    "at, actor, action, subject, detail, records, id, hash";

[[nodiscard]] Error damaged_record(const Error& error);

/// What was valid when it was written does not parse: somebody else wrote it, or the disk.
template <class T>
[[nodiscard]] Result<T> stored(Result<T> parsed) {
  return parsed ? std::move(parsed) : Result<T>(fail(damaged_record(parsed.error())));
}

void bind_identity(Statement& statement, const Grant& grant);
void bind_changeable(Statement& statement, const Grant& grant);
void bind_identity(Statement& statement, const Account& account);
void bind_changeable(Statement& statement, const Account& account);
void bind_identity(Statement& statement, const Target& target);
void bind_changeable(Statement& statement, const Target& target);

// Errors: `corrupt` for a row that we cannot have written.
[[nodiscard]] Result<Grant> read_grant(const Statement& statement);
[[nodiscard]] Result<Account> read_account(const Statement& statement);
/// Without its settings, which lie in tables of their own.
[[nodiscard]] Result<Target> read_target(const Statement& statement);
/// Without its keys.
[[nodiscard]] Result<Recipient> read_recipient(const Statement& statement);
[[nodiscard]] Result<TargetName> read_target_name(const Statement& statement);
[[nodiscard]] Result<ClockMark> read_clock_mark(const Statement& statement);
[[nodiscard]] AuditEntry read_audit_entry(const Statement& statement);

}  // namespace stagepass::store
