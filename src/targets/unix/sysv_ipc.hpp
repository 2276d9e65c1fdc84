#pragma once

#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/result.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// The ids in a table of /proc/sysvipc whose owner or creator is `uid`; columns are found by their
/// headings, since kernels differ. Errors: `unavailable` for a table that cannot be understood: to
/// guess an id would remove somebody else's object.
[[nodiscard]] Result<std::vector<int>> ipc_ids_of(std::string_view table, TemporaryUid uid);

/// Counts the System V shared memory, queues and semaphores of the uid. They outlive every process.
[[nodiscard]] Result<std::size_t> count_ipc_of(TemporaryUid uid);

/// Removes them.
[[nodiscard]] Result<void> remove_ipc_of(TemporaryUid uid);

}  // namespace stagepass::targets
