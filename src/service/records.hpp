#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/service/workspace.hpp>

#include <string>

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

/// The store itself is out of reach: nothing more can be done by it now.
[[nodiscard]] bool is_of_store(const Error& error);

/// Notes that a grant is over. No effect on one that is.
void mark_ended(Grant& grant, EndReason reason, Timestamp now, const std::string& by);

/// Stored rows are one version further than the rows that were committed.
void advance_versions(ChangeSet& committed);

}  // namespace stagepass::service
