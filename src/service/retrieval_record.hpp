#pragma once

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/workspace.hpp>

#include <vector>

namespace stagepass::service {

/// Records, before the credentials of these accounts are shown, that somebody is about to see them, and brings the
/// accounts up to the stored versions. Errors: `conflict` if somebody else has changed one of them.
[[nodiscard]] Result<void> record_claim(Workspace& workspace, std::vector<Account>& accounts);

/// Records that the credentials were seen: from now on the grant lasts as long as one that was retrieved. Whatever else
/// was changed in the records meanwhile stays. Returns the end that counts now.
[[nodiscard]] Result<CountingEnd> record_retrieval(Workspace& workspace,
                                                   const std::vector<Account>& claimed);

/// Takes a claim back, for nobody has seen anything, unless somebody else has made his own or seen it since.
[[nodiscard]] Result<void> record_release(Workspace& workspace, const std::vector<Account>& claimed,
                                          const Error& why);

}  // namespace stagepass::service
