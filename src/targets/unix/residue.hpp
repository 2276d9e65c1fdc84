#pragma once

#include "targets/deadline.hpp"
#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::targets {

/// Where an account may leave something behind that `userdel` does not remove.
struct ResiduePlaces {
  std::filesystem::path root = "/";  ///< below which the places lie; another one in tests
};

/// Who left it. The uid is missing only if the account never got one.
struct Leaver {
  UserName name;
  std::optional<TemporaryUid> uid;
};

// All three fail with `unreachable` at the deadline.

/// The jobs that would start processes again: crontab, at jobs, lingering user services.
[[nodiscard]] Result<void> remove_jobs(const Leaver& leaver, const Deadline& deadline,
                                       const ResiduePlaces& places = {});

/// Mail, temporary files, shared memory and queues. To be called when no process of the leaver is
/// left.
[[nodiscard]] Result<void> remove_leftovers(const Leaver& leaver, const Deadline& deadline,
                                            const ResiduePlaces& places = {});

/// What is still there of all that, a phrase each: "crontab of sp7f3k9q2m5x".
[[nodiscard]] Result<std::vector<std::string>> find_residue(const Leaver& leaver,
                                                            const Deadline& deadline,
                                                            const ResiduePlaces& places = {});

}  // namespace stagepass::targets
