#pragma once

#include <stagepass/core/target.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>

namespace stagepass::service {

/// A grant as this vault has written it, for what speaks of it in the vault's name.
struct TrustedGrant {
  GrantWithAccounts found;
  /// The weightiest of its targets: `live`, else `staging`, else `test`; nothing if none of them is known any more.
  std::optional<Environment> environment;
};

/// Errors: `not_found`; `corrupt` if the record of the grant or of one of its accounts was changed by somebody else.
[[nodiscard]] Result<TrustedGrant> trusted_grant(Workspace& workspace, const GrantId& id);

}  // namespace stagepass::service
