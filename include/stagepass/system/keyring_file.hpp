#pragma once

#include <stagepass/ports/keyring_place.hpp>

#include <filesystem>
#include <memory>

namespace stagepass::system {

/// Keeps a keyring in a private file of its own, replaced as a whole; its lock is a file beside it.
/// The bytes of what was replaced are overwritten with zeros. On flash and on file systems that
/// write elsewhere (btrfs, ZFS) the old blocks may stay: see SECURITY.md, 6.
[[nodiscard]] std::shared_ptr<KeyringPlace> keyring_file(std::filesystem::path path);

}  // namespace stagepass::system
