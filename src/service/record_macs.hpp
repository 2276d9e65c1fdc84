#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/case.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/service/workspace.hpp>

namespace stagepass::service {

// Who can write the database can write anything into a record. So each entry of the audit log names
// the records that changed with it, each with a MAC that only this vault can make, and nothing is done by
// a record that is not the one its newest entry vouches for: one that was edited, swapped with another,
// put back from a backup or taken from another vault.
//
// Not covered, since the store changes them by itself, and bounded by Store::mend_times instead: `next_at`,
// `leased_until`, `next_audit_at` and the versions. Nor is a wrapped key: another one opens nothing.

/// Commits `changes`, vouching for each record in the entry about it, or about its grant, and notes the MACs
/// in the records. Errors: as Store::commit; `internal` if there is no such entry.
[[nodiscard]] Result<void> commit(Workspace& workspace, ChangeSet& changes);

/// Is this record, as it was read, the one that we have written last?
[[nodiscard]] bool is_authentic(const Workspace& workspace, const Grant& grant);
[[nodiscard]] bool is_authentic(const Workspace& workspace, const Account& account);
[[nodiscard]] bool is_authentic(const Workspace& workspace, const Target& target);
/// One that never had a key is vouched for by nobody, and need not be.
[[nodiscard]] bool is_authentic(const Workspace& workspace, const Recipient& recipient);
/// Of a case that only a grant has named the log says nothing, and the record must not either.
[[nodiscard]] bool is_authentic(const Workspace& workspace, const Case& record);

/// The same, as a condition of what follows. Errors: `corrupt` if it is not.
[[nodiscard]] Result<void> require_authentic(const Workspace& workspace, const Grant& grant);
[[nodiscard]] Result<void> require_authentic(const Workspace& workspace, const Account& account);
[[nodiscard]] Result<void> require_authentic(const Workspace& workspace, const Target& target);
[[nodiscard]] Result<void> require_authentic(const Workspace& workspace,
                                             const Recipient& recipient);
[[nodiscard]] Result<void> require_authentic(const Workspace& workspace, const Case& record);
/// The grant and all its accounts.
[[nodiscard]] Result<void> require_authentic(const Workspace& workspace,
                                             const GrantWithAccounts& grant);

/// Are the grant and all its accounts what the log says last of them? `vouched_mac` comes from an index of the log.
/// Somebody can make that forget an entry and put the records of before back; this reads the log itself, as far back
/// as they are named in it. It is for what must not happen even once: an account that lives too long by such a
/// record is found by the daily comparison.
/// Errors: `corrupt` if not, also if somebody has changed them since they were read; as `walk_back`.
[[nodiscard]] Result<void> require_newest(const Workspace& workspace,
                                          const GrantWithAccounts& grant);
/// Of a recipient, before something is sealed to the keys.
[[nodiscard]] Result<void> require_newest(const Workspace& workspace, const Recipient& recipient);

/// Puts into `changes` that the grant is over, and which clock it was if not the agreed end. Nothing for one that is, or whose record was changed by somebody
/// else: what he wrote would be vouched for, and its accounts end without it.
void add_end(const Workspace& workspace, const GrantWithAccounts& found, EndReason reason,
             ChangeSet& changes);

}  // namespace stagepass::service
