#pragma once

#include <stagepass/ports/checkpoint_place.hpp>

#include <filesystem>
#include <memory>

namespace stagepass::system {

/// Keeps checkpoints in a private file of its own, replaced as a whole.
[[nodiscard]] std::unique_ptr<CheckpointPlace> checkpoint_file(std::filesystem::path path);

/// Sends each checkpoint to the system's log (RFC 3164, facility "authpriv") through the socket at
/// `path`. Never waits. Failure: `unavailable` where nobody listens.
[[nodiscard]] std::unique_ptr<CheckpointPlace> system_log(std::filesystem::path path = "/dev/log");

}  // namespace stagepass::system
