#pragma once

#include "oracle/oracle.hpp"
#include "simulation/dice.hpp"

#include <cstdint>
#include <vector>

namespace stagepass::proof {

struct WeekDownOptions {
  std::uint64_t seed = 1;
  std::size_t accounts = 15'000;
  std::size_t connections = 8;
  Elapsed outage = std::chrono::days(7);
  Elapsed operation = std::chrono::milliseconds(20);
};

struct WeekDownReport {
  std::size_t accounts = 0;
  std::size_t gone = 0;
  std::uint64_t attempts_while_down = 0;
  Elapsed until_all_gone{};          ///< after the target's return, in virtual time
  std::size_t most_connections = 0;  ///< open at the same time
  std::vector<Violation> violations;
};

/// A target that is dead for days while half of its accounts end, the other half in the moment of
/// its return. Cron purges every five minutes.
[[nodiscard]] WeekDownReport live_through_outage(const WeekDownOptions& options);

}  // namespace stagepass::proof
