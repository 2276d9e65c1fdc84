#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/core/timestamp.hpp>

namespace stagepass {

/// The limits every grant keeps. Built in for now; a policy file will fill the same structure.
struct Policy {
  Ttl shortest = std::chrono::minutes(1);
  /// Five weeks: the longest time-box of the integration team's rules.
  Ttl longest = std::chrono::weeks(5);
  Ttl standard = std::chrono::hours(8);
};

/// May a grant that starts now end then? Errors: `expired` for an end that is not in the future,
/// `policy` for one that is too near or too far.
[[nodiscard]] Result<void> check_end(const Policy& policy, Timestamp now, Timestamp expires_at);

/// May accounts be granted on this target? `live` is refused with what it would take.
[[nodiscard]] Result<void> check_environment(const Target& target);

}  // namespace stagepass
