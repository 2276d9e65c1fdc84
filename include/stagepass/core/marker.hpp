#pragma once

#include <stagepass/core/ids.hpp>

#include <optional>
#include <string_view>

namespace stagepass {

/// What the mark of every account made by any stagepass begins with.
inline constexpr std::string_view kMarkerPrefix = "stagepass/";

/// The account that a mark speaks of: "stagepass/<account id>.<proof>"; nothing if it has not this
/// shape. Whether the mark is genuine only the vault that made it can tell.
[[nodiscard]] std::optional<AccountId> account_in_marker(std::string_view marker);

}  // namespace stagepass
