#include <stagepass/core/clock_mark.hpp>
#include <stagepass/core/duration.hpp>
#include <stagepass/core/grant_clocks.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace stagepass {
namespace {

std::optional<Timestamp> first_retrieval(const std::vector<Account>& accounts) {
  std::optional<Timestamp> first;
  for (const Account& account : accounts) {
    const auto& retrieved_at = account.retrieval.retrieved_at;
    if (retrieved_at && retrieved_at < first.value_or(Timestamp::max())) {
      first = retrieved_at;
    }
  }
  return first;
}

/// Whatever a record that somebody has edited says, nothing overflows.
Timestamp later(Timestamp at, Ttl by) {
  return std::clamp(at, Timestamp(), kEndOfTime) +
         std::clamp(by, Ttl::zero(), kEndOfTime.time_since_epoch());
}

}  // namespace

bool was_retrieved(const std::vector<Account>& accounts) {
  return first_retrieval(accounts).has_value();
}

CountingEnd counting_end(const Grant& grant, const std::vector<Account>& accounts) {
  CountingEnd end{grant.expires_at, EndClock::agreed_end};
  const auto limit = [&](Timestamp at, EndClock clock) {
    if (at < end.at) {
      end = {at, clock};
    }
  };
  const auto retrieved_at = first_retrieval(accounts);
  if (grant.retrieve_by && retrieved_at.value_or(*grant.retrieve_by) >= *grant.retrieve_by) {
    limit(*grant.retrieve_by, EndClock::retrieve_by);
  } else if (retrieved_at && grant.work_time) {
    limit(later(*retrieved_at, *grant.work_time), EndClock::work_time);
  }
  return end;
}

std::string describe(EndClock clock, const Grant& grant) {
  switch (clock) {
    case EndClock::agreed_end:
      break;
    case EndClock::retrieve_by:
      return "not retrieved by " + format_utc(grant.retrieve_by.value_or(grant.expires_at));
    case EndClock::work_time:
      return fmt::format("the {} since it was retrieved are over",
                         format_duration(grant.work_time.value_or(Ttl::zero())));
  }
  return "";
}

std::string early_end_of(const Grant& grant, const std::vector<Account>& accounts) {
  if (grant.end_reason.value_or(EndReason::expired) != EndReason::expired) {
    return "";
  }
  return describe(counting_end(grant, accounts).clock, grant);
}

}  // namespace stagepass
