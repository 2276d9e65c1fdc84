#pragma once

#include <stagepass/core/case.hpp>
#include <stagepass/core/policy.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/core/timestamp.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stagepass {

/// What one rule says to one grant.
struct Decision {
  std::string rule;               ///< as the policy file calls it: "ttl.staging.longest"
  std::string origin;             ///< as `origin_of`
  std::string text;               ///< a sentence, whichever way it went
  std::optional<Errc> refused{};  ///< nothing: allowed
  std::string hint{};             ///< what would help
};

using Decisions = std::vector<Decision>;

/// All that is refused in one error, with the code of the first; nothing refused is success.
[[nodiscard]] Result<void> require_all(const Decisions& decisions);

/// The decision that an error is. Its rule is built in.
[[nodiscard]] Decision refused_by(std::string rule, const Error& error);

// The rules. Each adds what it says, allowed or refused, and looks at all that it can.

/// From when to when.
struct Life {
  Timestamp begins_at;
  Timestamp ends_at;
};

/// May access of these environments that begins now last so long?
void judge_end(Decisions& decisions, const Policy& policy,
               const std::vector<Environment>& environments, const Life& life);

/// The same of all of an extended grant, from the day on which it was made.
void judge_whole_life(Decisions& decisions, const Policy& policy,
                      const std::vector<Environment>& environments, const Life& life);

/// May a grant be made at this hour? `is_meant`: a person has said that it may.
enum class QuietHoursAreMeant { no, yes };
void judge_hour(Decisions& decisions, const Policy& policy, Timestamp now,
                QuietHoursAreMeant is_meant);

/// Are the basics answered that the policy demands? `record`: null if there is no such case.
void judge_basics(Decisions& decisions, const Policy& policy, const CaseRef& ref,
                  const Case* record);

/// May the target be set like this? `settings` with the standards of its driver; one without a value is missing. A value with
/// commas is allowed if each part is.
void judge_settings(Decisions& decisions, const Policy& policy, const Target& target,
                    const std::map<std::string, std::string>& settings);

/// May passwords on the target be of this kind?
struct PasswordKind {
  std::string name;  ///< "standard"
  double bits = 0;
};
void judge_password(Decisions& decisions, const Policy& policy, const TargetName& target,
                    const PasswordKind& kind);

}  // namespace stagepass
