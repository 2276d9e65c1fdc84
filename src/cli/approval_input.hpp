#pragma once

#include "cli/terminal.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/handoff/approval.hpp>
#include <stagepass/service/live_access.hpp>

#include <string>

namespace stagepass::cli {

/// An approval from a file, "-" for stdin. Errors: as `read_input` and `handoff::read_approval`.
[[nodiscard]] Result<handoff::SignedApproval> read_approval_file(const std::string& file);

/// What was approved, with its words, and which risk is accepted: what is about to be acted on.
void tell_live(Terminal& terminal, const service::LiveAccess& live);

}  // namespace stagepass::cli
