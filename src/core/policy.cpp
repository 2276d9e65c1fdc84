#include <stagepass/core/duration.hpp>
#include <stagepass/core/policy.hpp>

#include <fmt/format.h>

namespace stagepass {

Result<void> check_end(const Policy& policy, Timestamp now, Timestamp expires_at) {
  if (expires_at <= now) {
    return fail(Errc::expired,
                fmt::format("{} is not in the future; it is {} now", format_utc(expires_at),
                            format_utc(now)),
                "give an end that lies ahead, such as --for 8h");
  }
  const Ttl life = expires_at - now;
  if (life < policy.shortest) {
    return fail(Errc::policy, fmt::format("a life of {} is too short", format_duration(life)),
                fmt::format("the shortest is {}", format_duration(policy.shortest)));
  }
  if (life > policy.longest) {
    return fail(Errc::policy, fmt::format("a life of {} is too long", format_duration(life)),
                fmt::format("the longest is {}; grant again when it is over",
                            format_duration(policy.longest)));
  }
  return {};
}

Result<void> check_environment(const Target& target) {
  if (target.environment != Environment::live) {
    return {};
  }
  return fail(
      Errc::policy,
      fmt::format("{} is a live shop: access needs the approval of an integration specialist "
                  "and a backup, and this version cannot take an approval yet",
                  target.name.str()),
      "grant access to a staging or test shop instead");
}

}  // namespace stagepass
