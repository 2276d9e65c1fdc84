#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/service/workspace.hpp>

#include <functional>
#include <optional>
#include <string>

namespace stagepass::service {

/// Which account is to be taken away, and how its old password is had for the refused login.
struct TakeAwayOrder {
  AccountRef ref;
  TargetName target;
  std::function<std::optional<Secret>()> old_password;  ///< none: the login is not tried
  std::optional<GrantId> grant = std::nullopt;          ///< for what a person is told to do
};

/// Takes an account away on its target: disable, end sessions, erase, verify, in the only safe
/// order. Each step may find its work already done. Fills `evidence` as far as it gets.
///
/// A row that this vault did not write touches nothing (`corrupt`), nor does one whose account on
/// the target is not ours (`refused`).
/// On a target that a person keeps by hand nothing is done, and `evidence` must hold that person's
/// word already (`pending`). Else success means that the driver proved it gone. `stop_at` caps every step.
[[nodiscard]] Result<void> take_away(Workspace& workspace, const TakeAwayOrder& order,
                                     Timestamp stop_at, EndEvidence& evidence);

/// "deleted; sessions ended: 2; login: refused", for the audit log.
[[nodiscard]] std::string describe_evidence(const EndEvidence& evidence);

}  // namespace stagepass::service
