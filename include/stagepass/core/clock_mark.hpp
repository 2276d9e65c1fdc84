#pragma once

#include <stagepass/core/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace stagepass {

/// The latest time a vault has seen, and where the clock that nobody can set stood then.
struct ClockMark {
  Timestamp latest;
  std::string boot_id;
  Ttl since_boot{};
  Ttl behind{};  ///< how far the wall clock stood behind `latest` then; zero if it was sound
  /// Raised whenever a person lets time go back: marks of an earlier epoch are worth nothing.
  std::int64_t epoch = 1;
};

/// The last second that can be written down.
inline constexpr Timestamp kEndOfTime{std::chrono::seconds(253'402'300'799)};

/// What a reading of the clocks is worth, seen against the mark.
struct ClockVerdict {
  enum class State {
    sound,   ///< no step that matters
    behind,  ///< the wall clock was set back: lives go on by `now`, nothing new begins
    ahead,   ///< the wall clock jumped forward while the machine was up
  };

  Timestamp now;  ///< the time that counts: never before the mark, whatever the wall clock shows
  State state = State::sound;
  Ttl by{};  ///< the size of the step
};

/// A wall clock this little behind was corrected, not set back: `now` stays with the mark, and that
/// is all.
inline constexpr Ttl kClockCorrection = std::chrono::minutes(1);

/// A jump forward of more than this is told before anything ends because of it.
inline constexpr Ttl kClockJump = std::chrono::hours(1);

/// `now` is the wall clock, or, where that is later, the mark and the time that has passed since by
/// the clock that nobody can set. Across a reboot that time is unknown: then the mark alone counts,
/// and a jump forward cannot be told from a machine that was off.
[[nodiscard]] ClockVerdict judge_clock(const ClockReading& reading,
                                       const std::optional<ClockMark>& mark);

/// The mark to keep after `verdict` on `reading`; its epoch is the caller's to say.
[[nodiscard]] ClockMark mark_of(const ClockVerdict& verdict, const ClockReading& reading);

}  // namespace stagepass
