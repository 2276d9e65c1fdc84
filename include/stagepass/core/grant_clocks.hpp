#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/timestamp.hpp>

#include <string>
#include <vector>

namespace stagepass {

/// The three clocks of a grant: whichever runs out first ends it, with all its accounts.
enum class EndClock {
  agreed_end,   ///< `Grant::expires_at`
  retrieve_by,  ///< nobody has retrieved it in time
  work_time     ///< it was retrieved, and the time to work was over
};

struct CountingEnd {
  Timestamp at;
  EndClock clock = EndClock::agreed_end;
};

/// Was any credential of these accounts retrieved, as far as is on record?
[[nodiscard]] bool was_retrieved(const std::vector<Account>& accounts);

/// The end that counts for a grant, by what is on record of its retrieval: `ends_at` of its accounts while they live.
///
/// Guarantees: never later than the agreed end; the first retrieval of any of its credentials is that of the grant, and
/// one at or after `retrieve_by` comes too late: what is over is not brought back.
[[nodiscard]] CountingEnd counting_end(const Grant& grant, const std::vector<Account>& accounts);

/// Why a grant ended before its agreed end: "not retrieved by 2026-12-01T10:00:00Z". Empty for the agreed end.
[[nodiscard]] std::string describe(EndClock clock, const Grant& grant);

/// The same of one that the clock has ended, or is to end. Empty for one that a person ended.
[[nodiscard]] std::string early_end_of(const Grant& grant, const std::vector<Account>& accounts);

}  // namespace stagepass
