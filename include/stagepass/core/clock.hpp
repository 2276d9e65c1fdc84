#pragma once

#include <stagepass/core/timestamp.hpp>

#include <stop_token>
#include <string>

namespace stagepass {

enum class Wake { deadline, stopped };

/// Where a machine's two clocks stand at one moment.
struct ClockReading {
  Timestamp wall;       ///< what everybody sees, and an administrator may set
  std::string boot_id;  ///< which boot `since_boot` counts from
  Ttl since_boot{};     ///< nobody can set it, and it runs on while the machine sleeps
};

/// The only source of "now" and the only way to wait for it.
///
/// Threads: all methods may be called from any thread.
/// Units: UTC seconds.
/// Based on: abseil's absl::Clock: waiting is part of the clock, so tests can jump.
class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual Timestamp now() const = 0;

  [[nodiscard]] virtual ClockReading read() const = 0;

  /// Blocks until `now() >= deadline`, or as much time has passed since the call as was left then
  /// (so that a clock that is set back keeps nobody waiting), or `stop` is requested. A clock that
  /// is stepped while waiting is noticed within a few seconds.
  virtual Wake wait_until(Timestamp deadline, std::stop_token stop) = 0;
};

}  // namespace stagepass
