#pragma once

#include <stagepass/core/recipient.hpp>
#include <stagepass/service/workspace.hpp>

#include <functional>
#include <optional>
#include <string>

namespace stagepass::service {

/// Which credentials are sealed, and for whom.
struct HandoffRequest {
  GrantId grant;
  std::optional<TargetName> only;  ///< the credential on this target, the others stay for later
  enum class Unconfirmed { refused, allowed };
  Unconfirmed unconfirmed = Unconfirmed::refused;  ///< keys whose fingerprint nobody has compared
  /// Sealed with this instead of keys, for a specialist who has none; it goes another way than the block.
  const Secret* passphrase = nullptr;
};

/// Seals credentials for the specialist whom the grant is for: nobody else can open the block, wherever it is pasted.
///
/// Guarantees: counts as showing, so a credential is sealed once, and never one that was shown; the block is for all
/// keys of the recipient that count, and only for those that this vault vouches for.
/// Threads: one call at a time per object.
/// Failure: as GrantService::retrieve; `policy` for a recipient without a confirmed key, unless a passphrase is given, before
/// anything is claimed.
/// Secrets: the credentials, from opening to encryption. The block is no secret.
/// Based on: c2sp.org/age; handoff.md 7.5.
class HandoffService final {
 public:
  /// `workspace` must outlive this object.
  explicit HandoffService(Workspace& workspace) : workspace_(&workspace) {}

  /// Gives the block, in armor, to `deliver`; if that fails, nothing counts as shown. Returns for whom it was sealed,
  /// with the keys that open it only: none if that is a passphrase.
  [[nodiscard]] Result<Recipient> seal(
      const HandoffRequest& request,
      const std::function<Result<void>(const std::string&)>& deliver);

  /// May credentials be sealed for him? Looked at before a grant is made for that. Errors: `policy`; `corrupt`.
  [[nodiscard]] Result<Recipient> require_sealable(const RecipientName& name,
                                                   HandoffRequest::Unconfirmed unconfirmed);

 private:
  Workspace* workspace_;
};

}  // namespace stagepass::service
