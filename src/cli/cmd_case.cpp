// stagepass case show, list; the other commands of cases have files of their own.
#include "cli/case_commands.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/case_service.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kPageSize = 500;
/// Of one text: more than any that was written here has bytes.
constexpr std::size_t kWhole = 4 * kLongestAnswer;

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("{:<13}{}\n", fmt::format("{}:", name), value);
}

std::string or_not_said(const std::string& text) {
  return text.empty() ? "not said" : escape_untrusted(text, kWhole);
}

std::string environment_word(const Case& record) {
  return record.environment ? std::string(to_string(*record.environment)) : std::string();
}

std::string describe_timebox(const Case& record, Timestamp now) {
  if (!record.timebox_at) {
    return "none";
  }
  return (*record.timebox_at <= now ? "over since " : "until ") + both_times(*record.timebox_at);
}

std::string describe_case(const service::CaseReport& report, Timestamp now) {
  const Case& record = report.record;
  std::string text = line("case", record.ref.str());
  text += line("state", to_string(report.state));
  text += line("environment", or_not_said(environment_word(record)));
  text += line("platform", or_not_said(record.platform));
  text += line("versions", or_not_said(record.versions));
  if (record.opened_at) {
    text += line("opened", both_times(*record.opened_at));
  }
  if (record.closed_at) {
    text += line("closed", both_times(*record.closed_at));
  }
  text += line("time-box", describe_timebox(record, now));
  text += "\n";
  for (const Basic basic : kBasics) {
    const auto answer = record.answers.find(basic);
    text += fmt::format(
        "{}\n  {}\n", question_of(basic),
        answer == record.answers.end() ? "no answer" : escape_untrusted(answer->second, kWhole));
  }
  for (const GrantWithAccounts& grant : report.open_grants) {
    text += fmt::format("{}{} to {} on {}, {}, ends {}\n",
                        &grant == &report.open_grants.front() ? "\n" : "", grant.grant.id.str(),
                        grant.grant.recipient.str(), target_names(grant), state_of(grant, now),
                        both_times(counting_end(grant.grant, grant.accounts).at));
  }
  return text;
}

Result<ExitStatus> run_show(Context& context, const std::string& text) {
  SP_ASSIGN(const CaseRef ref, CaseRef::parse(text));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  SP_ASSIGN(const auto report, service::CaseService(workspace).show(ref));
  const Timestamp now = workspace.clock.now();
  SP_TRY(context.terminal.print(context.options.json ? case_show_json(report, now)
                                                     : describe_case(report, now)));
  return ExitStatus::ok;
}

Result<CaseState> state_now(Store& store, const Case& record) {
  if (!record.closed_at) {
    return state_of(record, false);
  }
  GrantFilter under_case;
  under_case.case_ref = record.ref;
  SP_ASSIGN(const auto open, store.grants(under_case, std::nullopt, 1));
  return state_of(record, !open.empty());
}

Result<std::vector<ListedCase>> read_cases(Store& store, bool all) {
  std::vector<ListedCase> listed;
  std::optional<CaseRef> after;
  while (true) {
    SP_ASSIGN(auto page, store.cases(after, kPageSize));
    const std::size_t size = page.size();
    for (Case& record : page) {
      after = record.ref;
      SP_ASSIGN(const CaseState state, state_now(store, record));
      if (all || state != CaseState::closed) {
        listed.push_back({std::move(record), state});
      }
    }
    if (size < kPageSize) {
      return listed;
    }
  }
}

Result<ExitStatus> run_list(Context& context, bool all) {
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const auto listed, read_cases(*store, all));
  if (context.options.json) {
    SP_TRY(context.terminal.print(case_list_json(listed)));
    return ExitStatus::ok;
  }
  if (listed.empty()) {
    context.terminal.note(all ? "no cases" : "no open cases");
    return ExitStatus::ok;
  }
  SP_ASSIGN(const service::ClockGuard* clock, session.clock());
  Table table({"CASE", "STATE", "ENVIRONMENT", "PLATFORM", "ANSWERS", "TIME-BOX"});
  for (const auto& [record, state] : listed) {
    table.add(
        {record.ref.str(), std::string(to_string(state)), environment_word(record),
         escape_untrusted(record.platform),
         fmt::format("{} of {}", kBasics.size() - missing_basics(record).size(), kBasics.size()),
         describe_timebox(record, clock->now())});
  }
  SP_TRY(context.terminal.print(table.take_page()));
  return ExitStatus::ok;
}

}  // namespace

void add_case_command(Command& app, Context& context) {
  auto command = app.subcommand("case", "the support tickets that access is given for");
  add_case_open_command(command, context);

  auto ref = std::make_shared<std::string>();
  auto show = command.subcommand("show", "show what is known of a case, and its open grants");
  show.argument("REF", *ref, "the support ticket");
  show.runs(context, [ref, &context] { return run_show(context, *ref); });

  auto all = std::make_shared<bool>(false);
  auto list = command.subcommand("list", "list the cases");
  list.flag("--all", *all, "also those that are closed");
  list.runs(context, [all, &context] { return run_list(context, *all); });

  add_case_timebox_command(command, context);
  add_case_close_command(command, context);
}

}  // namespace stagepass::cli
