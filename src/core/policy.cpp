#include <stagepass/core/duration.hpp>
#include <stagepass/core/policy.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <ctime>

namespace stagepass {
namespace {

std::string rule_of(Environment environment, std::string_view limit) {
  return fmt::format("ttl.{}.{}", to_string(environment), limit);
}

std::chrono::minutes minute_of_day(Timestamp at, QuietHours::Zone zone) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm face{};
  if (zone == QuietHours::Zone::local) {
    ::localtime_r(&seconds, &face);
  } else {
    ::gmtime_r(&seconds, &face);
  }
  return std::chrono::hours(face.tm_hour) + std::chrono::minutes(face.tm_min);
}

}  // namespace

std::string origin_of(const Policy& policy, std::string_view rule) {
  const auto line = policy.lines.find(rule);
  return line == policy.lines.end() ? "built in" : fmt::format("{}:{}", policy.file, line->second);
}

namespace {

Result<void> check_long_enough(const Limits& limits, Ttl given) {
  return given >= limits.shortest
             ? Result<void>()
             : fail(Errc::policy,
                    fmt::format("{} is too short: there must be at least {} to retrieve it, and to "
                                "work",
                                format_duration(given), format_duration(limits.shortest)));
}

Result<void> check_retrieve_by(const Limits& limits, Timestamp now, Timestamp expires_at,
                               Timestamp retrieve_by) {
  if (retrieve_by <= now) {
    return fail(Errc::expired,
                fmt::format("{}, by which it is to be retrieved, is not in the future",
                            format_utc(retrieve_by)));
  }
  if (retrieve_by > expires_at) {
    return fail(Errc::invalid_argument,
                fmt::format("it is to be retrieved by {}, and ends before that: {}",
                            format_utc(retrieve_by), format_utc(expires_at)),
                "give it a later end with --for or --until");
  }
  return check_long_enough(limits, retrieve_by - now);
}

Result<void> check_work_time(const Limits& limits, Timestamp now, Timestamp expires_at,
                             Ttl work_time) {
  if (work_time > expires_at - now) {
    return fail(Errc::invalid_argument,
                fmt::format("{} to work in are more than there is until its end, {}",
                            format_duration(work_time), format_utc(expires_at)),
                "give it a later end with --for or --until");
  }
  return check_long_enough(limits, work_time);
}

}  // namespace

Result<void> check_clocks(const Limits& limits, Timestamp now, Timestamp expires_at,
                          const OtherClocks& clocks) {
  if (clocks.retrieve_by) {
    SP_TRY(check_retrieve_by(limits, now, expires_at, *clocks.retrieve_by));
  }
  return clocks.work_time ? check_work_time(limits, now, expires_at, *clocks.work_time)
                          : Result<void>();
}

StrictestLimits strictest_of(const Policy& policy, const std::vector<Environment>& environments) {
  Environment shortest = environments.empty() ? Environment::staging : environments.front();
  Environment longest = shortest;
  Ttl standard = policy.of(shortest).standard;
  for (const Environment each : environments) {
    if (policy.of(each).shortest > policy.of(shortest).shortest) {
      shortest = each;
    }
    if (policy.of(each).longest < policy.of(longest).longest) {
      longest = each;
    }
    standard = std::min(standard, policy.of(each).standard);
  }
  const Limits limits{policy.of(shortest).shortest, policy.of(longest).longest, standard};
  return {limits, rule_of(shortest, "shortest"), rule_of(longest, "longest")};
}

bool is_quiet(const QuietHours& hours, Timestamp at) {
  const auto now = minute_of_day(at, hours.zone);
  return hours.from < hours.to ? now >= hours.from && now < hours.to
                               : now >= hours.from || now < hours.to;
}

std::string format_clock(std::chrono::minutes since_midnight) {
  return fmt::format("{:02}:{:02}", since_midnight.count() / 60, since_midnight.count() % 60);
}

std::string_view to_string(QuietHours::Zone zone) {
  return zone == QuietHours::Zone::local ? "local" : "UTC";
}

}  // namespace stagepass
