#pragma once

#include <stagepass/service/workspace.hpp>

#include <optional>
#include <string>

namespace stagepass::service {

/// The signed statement that the accounts of a grant are gone, and how that was verified: a text
/// for a person, one fact a line, with the vault's signature below it. `only`: of the account on
/// this target, whatever became of the others.
///
/// Guarantees: speaks only of accounts that were proven gone, or whose deletion a person confirmed
/// where stagepass cannot look, and says which; the same grant gives the same receipt
/// at any time; `vault::open_note` verifies it anywhere, with the vault's verifier key alone.
/// Failure: `not_found`; `pending` while an account is not gone; `corrupt` for a record that this
/// vault did not write.
/// Secrets: none; no passphrase is needed.
[[nodiscard]] Result<std::string> receipt_of(Workspace& workspace, const GrantId& grant,
                                             const std::optional<TargetName>& only);

}  // namespace stagepass::service
