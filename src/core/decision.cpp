#include <stagepass/core/decision.hpp>
#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace stagepass {
namespace {

Decision decided(const Policy& policy, std::string rule) {
  std::string origin = origin_of(policy, rule);
  return {std::move(rule), std::move(origin), {}};
}

void refuse(Decision& decision, Errc code, std::string text, std::string hint) {
  decision.refused = code;
  decision.text = std::move(text);
  decision.hint = std::move(hint);
}

bool is_in(const std::vector<std::string>& allowed, std::string_view value) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

/// "a,b": each part, or the whole where a value itself holds a comma.
bool is_allowed(const std::vector<std::string>& allowed, std::string_view value) {
  if (is_in(allowed, value)) {
    return true;
  }
  for (std::string_view rest = value;;) {
    const std::size_t comma = rest.find(',');
    if (!is_in(allowed, trimmed(rest.substr(0, comma), " "))) {
      return false;
    }
    if (comma == std::string_view::npos) {
      return true;
    }
    rest.remove_prefix(comma + 1);
  }
}

std::string names_of(const std::vector<Basic>& basics) {
  std::vector<std::string> names;
  names.reserve(basics.size());
  for (const Basic basic : basics) {
    names.emplace_back(to_string(basic));
  }
  return join(names, ", ");
}

std::string listed(const std::vector<std::string>& allowed) {
  std::vector<std::string> words;
  words.reserve(allowed.size());
  for (const std::string& each : allowed) {
    words.push_back(each.empty() ? "(not set)" : escape_untrusted(each));
  }
  return join(words, ", ");
}

Decision judge_setting(const Policy& policy, const Target& target, const std::string& setting,
                       const std::string& value) {
  const auto& allowed = policy.drivers.at(target.driver).at(setting);
  Decision decision = decided(policy, fmt::format("drivers.{}.{}", target.driver, setting));
  const std::string is_set = value.empty()
                                 ? fmt::format("has no {}", setting)
                                 : fmt::format("has {} {}", setting, escape_untrusted(value));
  decision.text = fmt::format("{} {}", target.name.str(), is_set);
  if (!is_allowed(allowed, value)) {
    refuse(decision, Errc::policy,
           fmt::format("{}, and targets of {} may have {}", decision.text, target.driver,
                       listed(allowed)),
           fmt::format("stagepass target set {} {}=…", target.name.str(), setting));
  }
  return decision;
}

}  // namespace

Result<void> require_all(const Decisions& decisions) {
  std::optional<Error> error;
  std::vector<std::string> hints;
  for (const Decision& each : decisions) {
    if (!each.refused) {
      continue;
    }
    if (error) {
      error->message += "; " + each.text;
    } else {
      error = Error{*each.refused, each.text, {}};
    }
    if (!each.hint.empty() && !is_in(hints, each.hint)) {
      hints.push_back(each.hint);
    }
  }
  if (!error) {
    return {};
  }
  error->hint = join(hints, "; ");
  return fail(*std::move(error));
}

Decision refused_by(std::string rule, const Error& error) {
  return {std::move(rule), "built in", error.message, error.code, error.hint};
}

void judge_end(Decisions& decisions, const Policy& policy,
               const std::vector<Environment>& environments, const Life& life) {
  const auto [limits, shortest_rule, longest_rule] = strictest_of(policy, environments);
  const std::string end = format_utc(life.ends_at);
  const std::string hint =
      fmt::format("choose an end between {} and {} from now", format_duration(limits.shortest),
                  format_duration(limits.longest));
  if (life.ends_at <= life.begins_at) {
    decisions.push_back({"end", "built in", fmt::format("the end {} is not in the future", end),
                         Errc::expired, hint});
    return;
  }
  const Ttl lasts = life.ends_at - life.begins_at;
  Decision shortest = decided(policy, shortest_rule);
  shortest.text =
      fmt::format("{} is not below {}", format_duration(lasts), format_duration(limits.shortest));
  if (lasts < limits.shortest) {
    refuse(shortest, Errc::policy,
           fmt::format("the end {} is too near: access lasts at least {}", end,
                       format_duration(limits.shortest)),
           hint);
  }
  Decision longest = decided(policy, longest_rule);
  longest.text =
      fmt::format("{} is not above {}", format_duration(lasts), format_duration(limits.longest));
  if (lasts > limits.longest) {
    refuse(longest, Errc::policy,
           fmt::format("the end {} is too far away: access lasts at most {}", end,
                       format_duration(limits.longest)),
           hint);
  }
  decisions.push_back(std::move(shortest));
  decisions.push_back(std::move(longest));
}

void judge_whole_life(Decisions& decisions, const Policy& policy,
                      const std::vector<Environment>& environments, const Life& life) {
  const auto strictest = strictest_of(policy, environments);
  const Timestamp latest = life.begins_at + strictest.limits.longest;
  Decision decision = decided(policy, strictest.longest_rule);
  decision.text = fmt::format("a grant made at {} may last until {} at most",
                              format_utc(life.begins_at), format_utc(latest));
  if (life.ends_at > latest) {
    refuse(decision, Errc::policy, decision.text,
           "make a new grant if the work goes on after that");
  }
  decisions.push_back(std::move(decision));
}

void judge_hour(Decisions& decisions, const Policy& policy, Timestamp now,
                QuietHoursAreMeant is_meant) {
  if (!policy.quiet_hours) {
    return;
  }
  const QuietHours& hours = *policy.quiet_hours;
  const std::string quiet = fmt::format("from {} to {} ({} time)", format_clock(hours.from),
                                        format_clock(hours.to), to_string(hours.zone));
  Decision decision = decided(policy, "quiet_hours");
  if (!is_quiet(hours, now)) {
    decision.text = fmt::format("it is not between the quiet hours {}", quiet);
  } else if (is_meant == QuietHoursAreMeant::yes) {
    decision.text = fmt::format("it is in the quiet hours {}, and that is meant", quiet);
  } else {
    refuse(decision, Errc::policy, fmt::format("no grant is made in the quiet hours {}", quiet),
           fmt::format("make it after {}, or say --in-quiet-hours", format_clock(hours.to)));
  }
  decisions.push_back(std::move(decision));
}

void judge_basics(Decisions& decisions, const Policy& policy, const CaseRef& ref,
                  const Case* record) {
  if (policy.required_basics.empty()) {
    return;
  }
  std::vector<Basic> missing;
  std::copy_if(policy.required_basics.begin(), policy.required_basics.end(),
               std::back_inserter(missing),
               [&](Basic basic) { return record == nullptr || !record->answers.contains(basic); });
  Decision decision = decided(policy, "cases.require_basics");
  decision.text = fmt::format("case {} answers {}", ref.str(), names_of(policy.required_basics));
  if (!missing.empty()) {
    refuse(decision, Errc::policy,
           fmt::format("case {} does not answer {}", ref.str(), names_of(missing)),
           fmt::format("stagepass case open {} asks for it", ref.str()));
  }
  decisions.push_back(std::move(decision));
}

void judge_settings(Decisions& decisions, const Policy& policy, const Target& target,
                    const std::map<std::string, std::string>& settings) {
  const auto rules = policy.drivers.find(target.driver);
  if (rules == policy.drivers.end()) {
    return;
  }
  for (const auto& [setting, allowed] : rules->second) {
    const auto found = settings.find(setting);
    decisions.push_back(judge_setting(policy, target, setting,
                                      found == settings.end() ? std::string() : found->second));
  }
}

void judge_password(Decisions& decisions, const Policy& policy, const TargetName& target,
                    const PasswordKind& kind) {
  const std::string has =
      fmt::format("passwords on {} are of the policy {}", target.str(), kind.name);
  const std::string hint = fmt::format("stagepass target set {} password_policy=…", target.str());
  if (!policy.password_policies.empty()) {
    Decision decision = decided(policy, "passwords.policies");
    decision.text = has;
    if (!is_in(policy.password_policies, kind.name)) {
      refuse(decision, Errc::policy,
             fmt::format("{}, and allowed are {}", has, listed(policy.password_policies)), hint);
    }
    decisions.push_back(std::move(decision));
  }
  Decision bits = decided(policy, "passwords.least_bits");
  bits.text = fmt::format("passwords on {} have {:.1f} bits, not less than {}", target.str(),
                          kind.bits, policy.least_password_bits);
  if (kind.bits < policy.least_password_bits) {
    refuse(bits, Errc::policy,
           fmt::format("passwords on {} have {:.1f} bits, and {} are demanded", target.str(),
                       kind.bits, policy.least_password_bits),
           hint);
  }
  decisions.push_back(std::move(bits));
}

}  // namespace stagepass
