#pragma once

#include "targets/unix/host_tools.hpp"
#include "targets/unix/unix_settings.hpp"

#include <stagepass/core/result.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// Makes the groups and folders, gives sshd the rules for temporary accounts and has it read them.
/// Returns what was done, a phrase each; nothing if all was there. Errors: `policy` if sshd refuses
/// the result (then its configuration is as before), `permission_denied`, `unavailable`.
[[nodiscard]] Result<std::vector<std::string>> install_on_host(const HostTools& tools,
                                                               const UnixSettings& settings,
                                                               const Deadline& deadline);

}  // namespace stagepass::targets
