#pragma once

#include <stagepass/core/timestamp.hpp>

#include <stop_token>

namespace stagepass {

enum class Wake { deadline, stopped };

/// The only source of "now" and the only way to wait for it.
///
/// Threads: all methods may be called from any thread.
/// Units: UTC seconds.
/// Based on: abseil's absl::Clock: waiting is part of the clock, so tests can jump.
class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual Timestamp now() const = 0;

  /// Blocks until `now() >= deadline` or `stop` is requested, whichever is first. A clock that is
  /// stepped while waiting is noticed within a few seconds.
  virtual Wake wait_until(Timestamp deadline, std::stop_token stop) = 0;
};

}  // namespace stagepass
