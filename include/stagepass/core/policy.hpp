#pragma once

#include <stagepass/core/case.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/core/timestamp.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

inline constexpr std::array kEnvironments = {Environment::staging, Environment::test,
                                             Environment::live};

/// How long access may be.
struct Limits {
  Ttl shortest = std::chrono::minutes(1);
  /// Five weeks: the longest time-box of the integration team's rules.
  Ttl longest = std::chrono::weeks(5);
  Ttl standard = std::chrono::hours(8);

  friend bool operator==(const Limits&, const Limits&) = default;
};

/// Live access is for a look, not for a project.
inline constexpr Limits kLiveLimits = {std::chrono::minutes(1), std::chrono::hours(4),
                                       std::chrono::hours(1)};

/// Hours of the day in which no grant is made. They go by the clock face: where clocks change, an hour that comes
/// twice is quiet twice, and one that is left out is not quiet at all.
struct QuietHours {
  enum class Zone { local, utc };  ///< of this machine, or none

  std::chrono::minutes from{};  ///< since midnight
  std::chrono::minutes to{};  ///< not quiet any more; past midnight if it is not later than `from`
  Zone zone = Zone::local;

  friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

/// A specialist whose signature lets a grant reach a live shop.
struct Approver {
  std::string name;
  SshPublicKey key;  ///< ssh-ed25519

  friend bool operator==(const Approver&, const Approver&) = default;
};

/// Which values the settings of a driver's targets may have; a setting that is not named may have any.
using AllowedSettings = std::map<std::string, std::vector<std::string>>;

/// Bits that every generated password has, whatever a policy file says.
inline constexpr int kLeastPasswordBits = 128;

/// What every grant and every extension keeps. The members' standards are the policy of a vault without a policy file.
struct Policy {
  std::array<Limits, kEnvironments.size()> limits = {Limits{}, Limits{}, kLiveLimits};
  /// How long a grant waits to be retrieved if nobody says so; nothing: until its end.
  std::optional<Ttl> retrieve_within{};
  std::map<std::string, AllowedSettings> drivers{};  ///< by kind of driver
  std::vector<std::string> password_policies{};      ///< empty: all there are
  int least_password_bits = kLeastPasswordBits;
  std::vector<Basic> required_basics{};
  std::optional<QuietHours> quiet_hours{};
  std::vector<Approver> approvers{};
  Ttl approval_within = std::chrono::days(3);  ///< no approval counts longer than this
  Ttl backup_within = std::chrono::days(1);    ///< no older backup counts for live access

  std::string file{};  ///< that it was read from; empty: built in
  std::map<std::string, std::size_t, std::less<>> lines{};  ///< of its rules: "ttl.staging.longest"

  [[nodiscard]] const Limits& of(Environment environment) const {
    return limits.at(static_cast<std::size_t>(environment));
  }
};

/// "policy.toml:12", or "built in" for a rule that the file does not give.
[[nodiscard]] std::string origin_of(const Policy& policy, std::string_view rule);

/// Access that ends on several systems at once keeps the limits of each: the strictest ones count, with the rule that
/// each comes from. Of no system: those of `staging`.
struct StrictestLimits {
  Limits limits;
  std::string shortest_rule;
  std::string longest_rule;
};
[[nodiscard]] StrictestLimits strictest_of(const Policy& policy,
                                           const std::vector<Environment>& environments);

/// Is it quiet then?
[[nodiscard]] bool is_quiet(const QuietHours& hours, Timestamp at);

/// The clocks of a grant beside its agreed end.
struct OtherClocks {
  std::optional<Timestamp> retrieve_by;
  std::optional<Ttl> work_time;
};

/// Do these clocks of a grant from `now` until `expires_at` make sense? Errors: `invalid_argument` for one that cannot
/// run out before the agreed end, `expired` and `policy` for one that leaves too little time.
[[nodiscard]] Result<void> check_clocks(const Limits& limits, Timestamp now, Timestamp expires_at,
                                        const OtherClocks& clocks);

/// "22:00"
[[nodiscard]] std::string format_clock(std::chrono::minutes since_midnight);
[[nodiscard]] std::string_view to_string(QuietHours::Zone zone);

}  // namespace stagepass
