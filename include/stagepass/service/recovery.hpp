#pragma once

#include <stagepass/service/workspace.hpp>

#include <cstddef>
#include <string>

namespace stagepass::service {

/// Goes on with an older copy of the records, after a person has said that it is to be used.
///
/// Guarantees: credentials of that copy are not shown any more, for it may have been before they
/// were shown; their accounts are ended when they are due, as all others. What was granted since is
/// unknown to the copy: `audit_target` finds those accounts by their mark and ends them. `reason`
/// (what was signed of the newer records) stays in the audit log, and the log is signed anew.
/// Failure: of the store; may be repeated.
/// Secrets: none is opened.
/// Returns how many credentials are withheld.
[[nodiscard]] Result<std::size_t> accept_older_records(Workspace& workspace,
                                                       const std::string& reason);

}  // namespace stagepass::service
