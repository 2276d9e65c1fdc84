#pragma once

#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/ports/progress.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>

namespace stagepass::service {

struct ReissueRequest {
  GrantId grant;
  /// A key that logs in, too, from now on. One that was given before does not count any more.
  std::optional<SshPublicKey> public_key{};
};

/// Replaces the credentials of a grant: for who has lost them, or does not know who else has seen them. Nothing is shown
/// twice; what is shown next is new.
///
/// Guarantees: the accounts stay, with their names, and the end that counts stays. On each target the door is shut and
/// every session is ended before the new password opens it, and no new one is recorded as active that the target has not
/// taken. What is cut off half-way ends: the next purge takes the grant's accounts away. The new credentials count
/// as not retrieved; who has retrieved the old ones stays in the log and stands in the receipt.
/// Threads: one call at a time per object; several processes may work on one vault.
/// Failure: nothing has changed after `expired`, `unavailable` (one account is not active), `policy` (no time for it, or
/// nothing but a key to log in with and none given), `invalid_argument` (kept by hand), `locked`, and after
/// `unreachable`, `conflict` or `refused` of a target that was asked before the beginning; after any other, and after
/// those of a target that failed later, the whole grant is ended, and the message says so.
/// Secrets: the new passwords, from generation to the driver's `create`.
class ReissueService final {
 public:
  /// `workspace` must outlive this object.
  explicit ReissueService(Workspace& workspace) : workspace_(&workspace) {}

  [[nodiscard]] Result<GrantWithAccounts> reissue(const ReissueRequest& request,
                                                  Progress& progress);

 private:
  Workspace* workspace_;
};

}  // namespace stagepass::service
