#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/service/workspace.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::service {

/// An audit entry by the person at work, now.
[[nodiscard]] AuditEntry audit_entry(const Workspace& workspace, std::string action,
                                     std::string subject, const std::string& detail);

/// What an account's secret is bound to, from its stored row.
[[nodiscard]] vault::SecretBinding binding_of(const Account& account);

[[nodiscard]] AccountRef ref_of(const Account& account);

/// Was this row written by us? The user name follows from the account's id, and the marker can be
/// made by this vault only: a row that was edited never chooses what is touched on a target.
/// Errors: `corrupt`.
[[nodiscard]] Result<void> check_identity(const Workspace& workspace, const AccountRef& account,
                                          const TargetName& target);

/// The admin's secrets of a target, opened.
[[nodiscard]] Result<SecretSettings> secrets_of(const Workspace& workspace, const Target& target);

/// All grants that match, a page at a time.
[[nodiscard]] Result<void> for_each_page(
    Workspace& workspace, const GrantFilter& which,
    const std::function<Result<void>(const std::vector<GrantWithAccounts>&)>& visit);

/// The store itself is out of reach: nothing more can be done by it now.
[[nodiscard]] bool is_of_store(const Error& error);

/// Notes that a grant is over. No effect on one that is.
void mark_ended(Grant& grant, EndReason reason, Timestamp now, const std::string& by);

/// After a conflict: brings `account`, which we hold, up to the stored version. A retrieve may record what it has shown
/// while we work, and a rotation may wrap its key anew; that takes nothing from us. Errors: `conflict` if anything else
/// was changed, for then it is somebody else's.
[[nodiscard]] Result<void> catch_up(Workspace& workspace, Account& account);

/// All of a grant's accounts are there and none is ending. Errors: `unavailable`, with which one is what.
[[nodiscard]] Result<void> require_active(const std::vector<Account>& accounts);

/// Have a retrieve or a rotation alone changed the grant's accounts since `seen`?
[[nodiscard]] bool is_same_life(const GrantWithAccounts& seen, const GrantWithAccounts& stored);

/// The oldest epoch in which a secret of these accounts is sealed: ChangeSet::key_epoch of who
/// sealed them. Nothing if there is no secret.
[[nodiscard]] std::optional<std::int64_t> oldest_epoch_of(const std::vector<Account>& accounts);

/// After a conflict: has a rotation overtaken what was sealed in `epoch`? Then the keyring was read
/// again, and it is to be sealed anew. Errors: `locked` if the passphrase was changed; `unavailable`
/// while the keyring is older than the records.
[[nodiscard]] Result<bool> was_overtaken(Workspace& workspace,
                                         const std::optional<std::int64_t>& epoch);

/// Stored rows are one version further than the rows that were committed.
void advance_versions(ChangeSet& committed);

}  // namespace stagepass::service
