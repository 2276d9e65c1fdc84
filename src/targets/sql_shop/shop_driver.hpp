#pragma once

#include "targets/sql_shop/shop_platform.hpp"
#include "targets/sql_shop/shop_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>
#include <optional>

namespace stagepass::targets {

/// The driver for users of a back office that are made in the shop's own database.
///
/// Guarantees: touches only rows on which a mark of the account is left, and whatever belongs to
/// them by their number; all rows of the account, whatever their login name is by now. The password
/// never reaches the database, only the shop's hash of it. Needs no more than to read and write the
/// tables of the shop's users. Failure: `refused` where a table or a right is missing: what the
/// database does not show is never taken for absent.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_shop_driver(
    ShopSettings settings, std::unique_ptr<ShopPlatform> platform, std::optional<Secret> password,
    const DriverTools& tools);

/// The secret of every such target: the password of the database's account. Errors:
/// `invalid_argument` if there is none, except for a socket.
[[nodiscard]] Result<std::optional<Secret>> take_shop_password(SecretSettings& secrets,
                                                               const ShopSettings& settings,
                                                               const Target& target);

}  // namespace stagepass::targets
