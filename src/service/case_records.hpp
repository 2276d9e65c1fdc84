#pragma once

#include <stagepass/core/case.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>
#include <vector>

namespace stagepass::service {

/// One reference belongs to the rehearsals of targets: a case of that name would stop them. Errors:
/// `invalid_argument`.
[[nodiscard]] Result<void> refuse_rehearsal(const CaseRef& ref);

/// The record of a case; nothing if there is none and never was. Errors: `corrupt` if somebody else has changed it or
/// taken it away: it would have lost its time-box.
[[nodiscard]] Result<std::optional<Case>> find_case(Workspace& workspace, const CaseRef& ref);

/// The same of one that must be there. Errors: `not_found`.
[[nodiscard]] Result<Case> require_case(Workspace& workspace, const CaseRef& ref);

/// Cases that are not as this vault has written them; of one that was taken away only the reference is there. Reads
/// all cases and all of the log.
[[nodiscard]] Result<std::vector<Case>> find_changed_cases(Workspace& workspace);

/// Goes on with it as it stands; the audit log says so.
[[nodiscard]] Result<void> accept_changed_case(Workspace& workspace, const Case& changed);

}  // namespace stagepass::service
