#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

namespace stagepass::cli {

/// Writes a secret to stdout. Errors: `unavailable`; `invalid_argument` if stdout is closed or
/// /dev/null, where a secret that is shown once would be lost.
[[nodiscard]] Result<void> write_secret_to_stdout(const Secret& secret);
[[nodiscard]] Result<void> check_stdout_keeps_secrets();

}  // namespace stagepass::cli
