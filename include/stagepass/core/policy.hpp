#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/core/timestamp.hpp>

#include <optional>

namespace stagepass {

/// The limits every grant keeps. Built in for now; a policy file will fill the same structure.
struct Policy {
  Ttl shortest = std::chrono::minutes(1);
  /// Five weeks: the longest time-box of the integration team's rules.
  Ttl longest = std::chrono::weeks(5);
  Ttl standard = std::chrono::hours(8);
  /// How long a grant waits to be retrieved if nobody says so; nothing: until its end.
  std::optional<Ttl> retrieve_within{};
};

/// May a grant that starts now end then? Errors: `expired` for an end that is not in the future,
/// `policy` for one that is too near or too far.
[[nodiscard]] Result<void> check_end(const Policy& policy, Timestamp now, Timestamp expires_at);

/// The clocks of a grant beside its agreed end.
struct OtherClocks {
  std::optional<Timestamp> retrieve_by;
  std::optional<Ttl> work_time;
};

/// Do these clocks of a grant from `now` until `expires_at` make sense? Errors: `invalid_argument` for one that cannot
/// run out before the agreed end, `expired` and `policy` for one that leaves too little time.
[[nodiscard]] Result<void> check_clocks(const Policy& policy, Timestamp now, Timestamp expires_at,
                                        const OtherClocks& clocks);

/// May accounts be granted on this target? `live` is refused with what it would take.
[[nodiscard]] Result<void> check_environment(const Target& target);

}  // namespace stagepass
