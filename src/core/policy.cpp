#include <stagepass/core/duration.hpp>
#include <stagepass/core/policy.hpp>

#include <fmt/core.h>

namespace stagepass {

Result<void> check_end(const Policy& policy, Timestamp now, Timestamp expires_at) {
  const std::string hint =
      fmt::format("choose an end between {} and {} from now", format_duration(policy.shortest),
                  format_duration(policy.longest));
  if (expires_at <= now) {
    return fail(Errc::expired,
                fmt::format("the end {} is not in the future", format_utc(expires_at)), hint);
  }
  if (expires_at - now < policy.shortest) {
    return fail(Errc::policy,
                fmt::format("the end {} is too near: access lasts at least {}",
                            format_utc(expires_at), format_duration(policy.shortest)),
                hint);
  }
  if (expires_at - now > policy.longest) {
    return fail(Errc::policy,
                fmt::format("the end {} is too far away: access lasts at most {}",
                            format_utc(expires_at), format_duration(policy.longest)),
                hint);
  }
  return {};
}

namespace {

Result<void> check_long_enough(const Policy& policy, Ttl given) {
  return given >= policy.shortest
             ? Result<void>()
             : fail(Errc::policy,
                    fmt::format("{} is too short: there must be at least {} to retrieve it, and to "
                                "work",
                                format_duration(given), format_duration(policy.shortest)));
}

Result<void> check_retrieve_by(const Policy& policy, Timestamp now, Timestamp expires_at,
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
  return check_long_enough(policy, retrieve_by - now);
}

Result<void> check_work_time(const Policy& policy, Timestamp now, Timestamp expires_at,
                             Ttl work_time) {
  if (work_time > expires_at - now) {
    return fail(Errc::invalid_argument,
                fmt::format("{} to work in are more than there is until its end, {}",
                            format_duration(work_time), format_utc(expires_at)),
                "give it a later end with --for or --until");
  }
  return check_long_enough(policy, work_time);
}

}  // namespace

Result<void> check_clocks(const Policy& policy, Timestamp now, Timestamp expires_at,
                          const OtherClocks& clocks) {
  if (clocks.retrieve_by) {
    SP_TRY(check_retrieve_by(policy, now, expires_at, *clocks.retrieve_by));
  }
  return clocks.work_time ? check_work_time(policy, now, expires_at, *clocks.work_time)
                          : Result<void>();
}

Result<void> check_environment(const Target& target) {
  if (target.environment != Environment::live) {
    return {};
  }
  return fail(Errc::policy,
              fmt::format("{} is a live shop: access needs the approval of an integration "
                          "specialist and a backup, and this version cannot take an approval",
                          target.name.str()),
              "reproduce the problem on a staging shop and grant access to that");
}

}  // namespace stagepass
