#pragma once

#include "cli/terminal.hpp"

#include <stagepass/service/target_audit.hpp>

#include <utility>
#include <vector>

namespace stagepass::cli {

/// Says what a comparison of a target with the records found; nothing if all is as it should be.
/// True if something is left that a person should look at.
bool tell_audit(Terminal& terminal, const TargetName& target, const service::TargetAudit& audit);

/// The same for the comparisons of one purge.
bool tell_audits(Terminal& terminal,
                 const std::vector<std::pair<TargetName, Result<service::TargetAudit>>>& audits);

}  // namespace stagepass::cli
