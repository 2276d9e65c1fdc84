#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/service/workspace.hpp>

namespace stagepass::service {

/// An account with another end, and the one that counts of now. The agreed end is part of what a secret is bound to, so it is sealed anew: the vault must be
/// unlocked. What extend and a time-box share.
[[nodiscard]] Result<Account> with_new_end(Workspace& workspace, const Account& account,
                                           Timestamp new_end, Timestamp ends_at);

}  // namespace stagepass::service
