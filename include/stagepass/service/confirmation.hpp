#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/audit.hpp>
#include <stagepass/service/account_ender.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>
#include <string>
#include <vector>

namespace stagepass::service {

/// An account on a target that stagepass cannot ask (see ManualTarget).
struct AccountByHand {
  Account account;
  std::string where;  ///< where a person makes and deletes it; foreign text
};

/// The accounts of a grant that a person makes and deletes, gone or not; with `only` the one on that
/// target. None is no error.
[[nodiscard]] Result<std::vector<AccountByHand>> accounts_by_hand(
    Workspace& workspace, const GrantId& grant, const std::optional<TargetName>& only);

/// Is this a target that a person keeps by hand?
[[nodiscard]] Result<bool> is_kept_by_hand(Workspace& workspace, const Target& target);

/// A person says that an account was deleted by hand: takes it to `gone`.
///
/// Guarantees: where a login can be tried there, the old password was refused first; who said so and
/// when is durable before anything is closed by it, so that after a crash purge closes the account
/// and nobody is asked again. The record's MAC vouches for it: `EndEvidence::deleted_at` without a
/// `disabled_at` stands for a person's word and for nothing else. An account that is gone stays as
/// it is.
/// Failure: `invalid_argument` for an account that has not ended yet, or on a target that is asked;
/// `pending` while the old login works; `unreachable` if that could not be told; `conflict` while
/// somebody else works on it. None of them changes anything.
/// Secrets: opens the old password for the login; asks for the passphrase only then.
[[nodiscard]] Result<AccountOutcome> confirm_deletion(Workspace& workspace, const Account& account);

/// Was the account closed by a person's word, not by what the target showed?
[[nodiscard]] bool is_confirmed_by_person(const EndEvidence& evidence);

/// The entry in which that person said so, from the entries about the account; null if none did.
[[nodiscard]] const AuditEntry* confirmation_in(const std::vector<AuditEntry>& history,
                                                const EndEvidence& evidence);

}  // namespace stagepass::service
