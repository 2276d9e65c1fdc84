#pragma once

#include "cli/context.hpp"

#include <stagepass/service/handoff_service.hpp>

#include <optional>
#include <string>

namespace stagepass::cli {

/// Seals and prints the block to stdout, or into a new file, and tells whose key it was sealed for. If it cannot be
/// written nothing counts as shown.
[[nodiscard]] Result<void> hand_off(Context& context, service::Workspace& workspace,
                                    const service::HandoffRequest& request,
                                    const std::optional<std::string>& file);

}  // namespace stagepass::cli
