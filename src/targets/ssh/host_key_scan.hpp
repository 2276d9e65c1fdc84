#pragma once

#include "targets/deadline.hpp"
#include "targets/ssh_login.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/ports/process.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string_view>
#include <vector>

namespace stagepass::targets {

/// The host keys in what ssh-keyscan prints; lines that are none are passed over.
[[nodiscard]] std::vector<SshPublicKey> keys_in_scan(std::string_view text);

/// Shows which keys the server offers, for a person to compare with those of the host itself.
/// Nothing is believed by it. Errors: `unreachable` if no SSH server answers.
[[nodiscard]] Result<Finding> unconfirmed_host_key(Process& process, const SshServer& server,
                                                   const Deadline& deadline);

}  // namespace stagepass::targets
