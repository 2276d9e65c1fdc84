#pragma once

#include "cli/context.hpp"

#include <stagepass/handoff/request.hpp>
#include <stagepass/service/workspace.hpp>

#include <string>

namespace stagepass::cli {

/// Reads a specialist's request from a file, or from stdin for "-". Errors: `not_found`, `invalid_argument`.
[[nodiscard]] Result<handoff::AccessRequest> read_access_request(const std::string& path);

/// Shows what is asked for, and by whom, in plain words.
void tell_request(Terminal& terminal, const handoff::AccessRequest& request);

/// Makes the request's key one of its recipient. A person who is asked, and says that the words were read to him, has
/// confirmed it: they are of the key and of all else that the request says. Errors: `aborted` if they were not.
[[nodiscard]] Result<void> take_key_of(Context& context, service::Workspace& workspace,
                                       const handoff::AccessRequest& request);

}  // namespace stagepass::cli
