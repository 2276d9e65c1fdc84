#pragma once

#include "targets/deadline.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/ports/process.hpp>

#include <filesystem>

namespace stagepass::targets {

/// Checks that the private key is a regular file of this user (or root), closed to others, and not
/// below a vault's home, whose backup would hold it. Errors: `invalid_argument` if there is none, `permission_denied` if
/// it is not safe, with the remedy as hint.
[[nodiscard]] Result<void> check_identity_file(const std::filesystem::path& identity);

/// The public half, as ssh-keygen computes it. Errors: `invalid_argument` for a file that is no private key
/// or has a passphrase, which nobody could give at night.
[[nodiscard]] Result<SshPublicKey> public_half_of(Process& process,
                                                  const std::filesystem::path& identity,
                                                  const Deadline& deadline);

}  // namespace stagepass::targets
