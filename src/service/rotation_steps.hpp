#pragma once

#include <stagepass/service/key_rotation.hpp>

#include <functional>
#include <vector>

namespace stagepass::service {

// The steps that a rotation and a change of the passphrase share. Who takes them holds the lock of
// the keyring.

/// What the keyring holds and what the records ask for.
struct Epochs {
  std::vector<vault::EpochInfo> ring;  ///< oldest first
  std::int64_t stored = 0;             ///< secrets of older epochs are refused

  [[nodiscard]] std::int64_t newest() const { return ring.back().number; }
  /// Was a rotation cut off, or a keyring or database of another day put back?
  [[nodiscard]] bool is_unfinished() const { return ring.size() > 1 || newest() != stored; }
  /// Never used before, whichever of the two is the older one.
  [[nodiscard]] std::int64_t next() const;
};
[[nodiscard]] Result<Epochs> look_at_epochs(Workspace& workspace);

/// Brings a rotation that has begun to its end, wherever it was cut off.
[[nodiscard]] Result<Rotation> finish_rotation(Workspace& workspace);

}  // namespace stagepass::service
