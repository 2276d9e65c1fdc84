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
