#pragma once

#include "targets/unix/host_tools.hpp"
#include "targets/unix/unix_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <vector>

namespace stagepass::targets {

/// Looks whether this host is ready for temporary accounts: rights, programs, groups, folders,
/// sshd's rules, and whether the sshd that answers is the one that is configured. Changes nothing.
[[nodiscard]] Result<std::vector<Finding>> check_host(const HostTools& tools,
                                                      const UnixSettings& settings,
                                                      const Deadline& deadline);

}  // namespace stagepass::targets
