#include "policy/policy_reader.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::policy {

PolicyReader::PolicyReader(const std::string& file, const Vocabulary& known)
    : values_(file), known_(&known) {
  policy_.file = file;
}

Result<PolicyFile> PolicyReader::read(const toml::table& document) {
  SP_TRY(read_rules(document, "",
                    {{"ttl", &PolicyReader::read_ttl},
                     {"passwords", &PolicyReader::read_passwords},
                     {"drivers", &PolicyReader::read_drivers},
                     {"cases", &PolicyReader::read_cases},
                     {"grants", &PolicyReader::read_grants},
                     {"quiet_hours", &PolicyReader::read_quiet_hours},
                     {"live", &PolicyReader::read_live},
                     {"approvers", &PolicyReader::read_approvers},
                     {"notice", &PolicyReader::read_notices}}));
  for (const Environment environment : kEnvironments) {
    SP_TRY(settle(environment));
  }
  return PolicyFile{std::move(policy_), std::move(notices_)};
}

Result<void> PolicyReader::read_rules(const toml::table& table, const std::string& prefix,
                                      const std::vector<Rule>& rules) {
  for (const auto& [key, node] : table) {
    const auto rule = std::find_if(rules.begin(), rules.end(), [&key = key](const Rule& each) {
      return each.key == key.str();
    });
    if (rule == rules.end()) {
      const auto known = names_of(rules, [](const Rule& each) { return each.key; });
      return values_.unknown(key.source(), prefix.empty() ? "rule" : "rule of " + prefix, key.str(),
                             known);
    }
    const std::string what = prefix.empty() ? rule->key : fmt::format("{}.{}", prefix, rule->key);
    policy_.lines[what] = key.source().begin.line;
    places_[what] = node.source();
    SP_TRY((this->*rule->read)(node, what));
  }
  return {};
}

Result<void> PolicyReader::read_table(const toml::node& node, const std::string& what,
                                      const std::vector<Rule>& rules) {
  SP_ASSIGN(const auto* table, values_.table(node, what));
  return read_rules(*table, what, rules);
}

Result<void> PolicyReader::read_ttl(const toml::node& node, const std::string& what) {
  std::vector<Rule> rules;
  rules.reserve(kEnvironments.size());
  for (const Environment environment : kEnvironments) {
    rules.push_back({std::string(to_string(environment)), &PolicyReader::read_limits});
  }
  return read_table(node, what, rules);
}

// "ttl.live": which environment it is stands at the end of the name.
Result<void> PolicyReader::read_limits(const toml::node& node, const std::string& what) {
  SP_ASSIGN(const Environment environment, parse_environment(what.substr(what.find('.') + 1)));
  Limits& limits = policy_.limits.at(static_cast<std::size_t>(environment));
  SP_ASSIGN(const auto* table, values_.table(node, what));
  const std::vector<std::pair<std::string, Ttl*>> known = {
      {"shortest", &limits.shortest}, {"longest", &limits.longest}, {"standard", &limits.standard}};
  for (const auto& [key, value] : *table) {
    const auto limit = std::find_if(known.begin(), known.end(), [&key = key](const auto& each) {
      return each.first == key.str();
    });
    if (limit == known.end()) {
      return values_.unknown(key.source(), "rule of " + what, key.str(),
                             names_of(known, [](const auto& each) { return each.first; }));
    }
    const std::string name = fmt::format("{}.{}", what, limit->first);
    SP_ASSIGN(*limit->second, values_.duration(value, name));
    if (*limit->second > kLongestTimebox) {
      return values_.refuse(value.source(), fmt::format("{} is longer than half a year", name),
                            "temporary access is for weeks: write 5w");
    }
    policy_.lines[name] = key.source().begin.line;
    places_[name] = value.source();
  }
  return {};
}

/// What a person wrote must fit together; what nobody wrote gives way.
Result<void> PolicyReader::settle(Environment environment) {
  Limits& limits = policy_.limits.at(static_cast<std::size_t>(environment));
  const std::string prefix = fmt::format("ttl.{}.", to_string(environment));
  const auto place_of = [&](const char* key) { return places_.find(prefix + key); };
  const auto shortest = place_of("shortest");
  const auto standard = place_of("standard");
  if (shortest == places_.end()) {
    limits.shortest = std::min(limits.shortest, limits.longest);
  } else if (limits.shortest > limits.longest) {
    return values_.refuse(shortest->second,
                          fmt::format("{}shortest is longer than {}longest, which is {}", prefix,
                                      prefix, format_duration(limits.longest)));
  }
  if (standard == places_.end()) {
    limits.standard = std::clamp(limits.standard, limits.shortest, limits.longest);
  } else if (limits.standard < limits.shortest || limits.standard > limits.longest) {
    return values_.refuse(standard->second,
                          fmt::format("{}standard is not between {}shortest, which is {}, and "
                                      "{}longest, which is {}",
                                      prefix, prefix, format_duration(limits.shortest), prefix,
                                      format_duration(limits.longest)));
  }
  return {};
}

Result<void> PolicyReader::read_cases(const toml::node& node, const std::string& what) {
  return read_table(node, what, {{"require_basics", &PolicyReader::read_required_basics}});
}

Result<void> PolicyReader::read_grants(const toml::node& node, const std::string& what) {
  return read_table(node, what, {{"retrieve_within", &PolicyReader::read_retrieve_within}});
}

Result<void> PolicyReader::read_retrieve_within(const toml::node& node, const std::string& what) {
  SP_ASSIGN(policy_.retrieve_within, values_.duration(node, what));
  return {};
}

Result<void> PolicyReader::read_quiet_hours(const toml::node& node, const std::string& what) {
  policy_.quiet_hours.emplace();
  SP_TRY(read_table(node, what,
                    {{"from", &PolicyReader::read_quiet_from},
                     {"to", &PolicyReader::read_quiet_to},
                     {"zone", &PolicyReader::read_quiet_zone}}));
  if (!places_.contains(what + ".from") || !places_.contains(what + ".to")) {
    return values_.refuse(node.source(), fmt::format("{} needs both from and to", what),
                          R"(from = "20:00" and to = "06:00", for example)");
  }
  if (policy_.quiet_hours->from == policy_.quiet_hours->to) {
    return values_.refuse(places_.at(what + ".to"),
                          fmt::format("{} end when they begin: are they none, or all?", what));
  }
  return {};
}

Result<void> PolicyReader::read_quiet_from(const toml::node& node, const std::string& what) {
  SP_ASSIGN(policy_.quiet_hours->from, values_.clock(node, what));
  return {};
}

Result<void> PolicyReader::read_quiet_to(const toml::node& node, const std::string& what) {
  SP_ASSIGN(policy_.quiet_hours->to, values_.clock(node, what));
  return {};
}

Result<void> PolicyReader::read_quiet_zone(const toml::node& node, const std::string& what) {
  SP_ASSIGN(const std::string zone, values_.text(node, what));
  for (const auto each : {QuietHours::Zone::local, QuietHours::Zone::utc}) {
    if (zone == to_string(each)) {
      policy_.quiet_hours->zone = each;
      return {};
    }
  }
  return values_.refuse(node.source(),
                        fmt::format("{} cannot be {}", what, stagepass::quoted(zone)),
                        R"(write "local", the zone of this machine, or "UTC")");
}

Result<void> PolicyReader::read_live(const toml::node& node, const std::string& what) {
  return read_table(node, what,
                    {{"approval_within", &PolicyReader::read_approval_within},
                     {"backup_within", &PolicyReader::read_backup_within}});
}

Result<void> PolicyReader::read_approval_within(const toml::node& node, const std::string& what) {
  SP_ASSIGN(policy_.approval_within, values_.duration(node, what));
  return {};
}

Result<void> PolicyReader::read_backup_within(const toml::node& node, const std::string& what) {
  SP_ASSIGN(policy_.backup_within, values_.duration(node, what));
  return {};
}

}  // namespace stagepass::policy
