#pragma once

#include "cli/context.hpp"

#include <stagepass/policy/policy_file.hpp>
#include <stagepass/service/grant_service.hpp>

namespace stagepass::cli {

/// A line for each rule, what would help below those that refuse; or the same as JSON. Returns what the grant would exit
/// with.
[[nodiscard]] Result<ExitStatus> print_decision(Context& context,
                                                const service::GrantDecision& decision);

/// The rules in force and the notices, each with its value and where it stands; or the same as JSON.
[[nodiscard]] Result<void> print_policy(Context& context, const policy::PolicyFile& read);

}  // namespace stagepass::cli
