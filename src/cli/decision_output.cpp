#include "cli/decision_output.hpp"

#include "cli/describe.hpp"
#include "cli/table.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace stagepass::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string to_document(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

std::string decision_json(const service::GrantDecision& decision, bool is_allowed) {
  Json rules = Json::array();
  for (const Decision& each : decision.rules) {
    rules.push_back({{"rule", each.rule},
                     {"from", each.origin},
                     {"allowed", !each.refused},
                     {"text", each.text},
                     {"hint", or_null(each.hint)}});
  }
  return to_document({{"schema", "stagepass/why/1"},
                      {"allowed", is_allowed},
                      {"ends_at", format_utc(decision.expires_at)},
                      {"rules", rules}});
}

std::string decision_table(const service::GrantDecision& decision) {
  Table table({"", "RULE", "FROM", "WHY"});
  for (const Decision& each : decision.rules) {
    table.add(
        {each.refused ? "refused" : "ok", each.rule, escape_untrusted(each.origin), each.text});
  }
  return table.take_page();
}

/// A rule as a person reads it.
struct Row {
  std::string rule;
  std::string value;
};

std::string names_of(const std::vector<Basic>& basics) {
  std::vector<std::string> names;
  names.reserve(basics.size());
  for (const Basic basic : basics) {
    names.emplace_back(to_string(basic));
  }
  return names.empty() ? "none" : join(names, ", ");
}

void add_drivers(std::vector<Row>& rows, const Policy& policy) {
  for (const auto& [driver, settings] : policy.drivers) {
    for (const auto& [setting, allowed] : settings) {
      rows.push_back({fmt::format("drivers.{}.{}", driver, setting), join(allowed, ", ")});
    }
  }
}

/// Where it goes, of what: "webhook https://chat.example: near-end (1h before), end".
std::string describe(const policy::NoticeRule& rule) {
  std::vector<std::string> events;
  events.reserve(rule.on.size());
  for (const policy::NoticeEvent event : rule.on) {
    events.emplace_back(to_string(event));
    if (event == policy::NoticeEvent::near_end) {
      events.back() += fmt::format(" ({} before)", format_duration(rule.near_end));
    }
  }
  return fmt::format("{}: {}", name_of(rule), join(events, ", "));
}

void add_notices(std::vector<Row>& rows, const std::vector<policy::NoticeRule>& notices) {
  for (std::size_t i = 0; i < notices.size(); ++i) {
    rows.push_back({fmt::format("notice.{}", i + 1), describe(notices[i])});
  }
}

std::vector<Row> rows_of(const policy::PolicyFile& read) {
  const Policy& policy = read.policy;
  std::vector<Row> rows;
  for (const Environment environment : kEnvironments) {
    const Limits& limits = policy.of(environment);
    const std::string prefix = fmt::format("ttl.{}.", to_string(environment));
    rows.push_back({prefix + "shortest", format_duration(limits.shortest)});
    rows.push_back({prefix + "longest", format_duration(limits.longest)});
    rows.push_back({prefix + "standard", format_duration(limits.standard)});
  }
  rows.push_back({"passwords.least_bits", std::to_string(policy.least_password_bits)});
  rows.push_back({"passwords.policies",
                  policy.password_policies.empty() ? "all" : join(policy.password_policies, ", ")});
  add_drivers(rows, policy);
  rows.push_back({"cases.require_basics", names_of(policy.required_basics)});
  rows.push_back({"grants.retrieve_within",
                  policy.retrieve_within ? format_duration(*policy.retrieve_within) : "its end"});
  rows.push_back(
      {"quiet_hours",
       policy.quiet_hours
           ? fmt::format("{} to {} ({} time)", format_clock(policy.quiet_hours->from),
                         format_clock(policy.quiet_hours->to), to_string(policy.quiet_hours->zone))
           : "none"});
  rows.push_back({"live.approval_within", format_duration(policy.approval_within)});
  rows.push_back({"live.backup_within", format_duration(policy.backup_within)});
  for (const Approver& approver : policy.approvers) {
    rows.push_back({"approvers." + approver.name, approver.key.fingerprint()});
  }
  add_notices(rows, read.notices);
  return rows;
}

}  // namespace

Result<ExitStatus> print_decision(Context& context, const service::GrantDecision& decision) {
  const auto allowed = require_all(decision.rules);
  if (context.options.json) {
    SP_TRY(context.terminal.print(decision_json(decision, allowed.has_value())));
  } else {
    SP_TRY(context.terminal.print(decision_table(decision)));
  }
  if (allowed) {
    context.terminal.note(
        fmt::format("no rule refuses it; it would end {}", both_times(decision.expires_at)));
    return ExitStatus::ok;
  }
  for (const Decision& each : decision.rules) {
    if (each.refused && !each.hint.empty()) {
      context.terminal.note(fmt::format("{}: {}", each.rule, each.hint));
    }
  }
  return exit_status_for(allowed.error().code);
}

Result<void> print_policy(Context& context, const policy::PolicyFile& read) {
  const Policy& policy = read.policy;
  Table table({"RULE", "VALUE", "FROM"});
  Json rules = Json::array();
  for (Row& row : rows_of(read)) {
    const std::string origin = origin_of(policy, row.rule);
    rules.push_back({{"rule", row.rule}, {"value", row.value}, {"from", origin}});
    table.add({escape_untrusted(row.rule), escape_untrusted(row.value), escape_untrusted(origin)});
  }
  if (context.options.json) {
    return context.terminal.print(to_document(
        {{"schema", "stagepass/policy/1"}, {"file", or_null(policy.file)}, {"rules", rules}}));
  }
  return context.terminal.print(table.take_page());
}

}  // namespace stagepass::cli
