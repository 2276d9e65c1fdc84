#pragma once

#include <stagepass/core/result.hpp>

#include <optional>
#include <string>

namespace stagepass {

/// A place outside the database that keeps the newest signed checkpoint of the audit log, so that an
/// older copy of the database can be told from the newest one.
///
/// Guarantees: what `write` has kept survives a crash and a power cut whole; `read` gives it back,
/// or nothing before the first one.
/// Threads: one call at a time; several processes may share a place.
/// Failure: `unavailable`, `permission_denied`; the older checkpoint is then still there.
/// Secrets: none; whoever can write the place can only make the vault ask questions.
class CheckpointPlace {
 public:
  virtual ~CheckpointPlace() = default;

  /// For messages: a file name.
  [[nodiscard]] virtual std::string name() const = 0;

  /// False for a place that others keep, a system's log: `read` never gives anything back.
  [[nodiscard]] virtual bool is_readable() const { return true; }

  [[nodiscard]] virtual Result<std::optional<std::string>> read() = 0;
  [[nodiscard]] virtual Result<void> write(const std::string& note) = 0;
};

}  // namespace stagepass
