// stagepass case timebox REF (--for 3w | --until TIME): the time after which nobody has access under a case.
#include "cli/arguments.hpp"
#include "cli/case_commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/service/case_service.hpp>

#include <fmt/format.h>

#include <memory>

namespace stagepass::cli {
namespace {

struct TimeboxOptions {
  std::string ref;
  EndArguments end;
};

Result<ExitStatus> run_timebox(Context& context, const TimeboxOptions& options) {
  SP_ASSIGN(const CaseRef ref, CaseRef::parse(options.ref));
  SP_ASSIGN(const auto end, parse_end(options.end));
  if (!end) {
    return fail(Errc::invalid_argument, "the end of the time-box is missing",
                "say --for DURATION (counted from now) or --until TIME");
  }
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  const auto report = service::CaseService(workspace).timebox(ref, *end, context.terminal);
  context.terminal.clear_progress();
  if (!report) {
    return fail(report.error());
  }
  const Timestamp ends_at = report->record.timebox_at.value();
  context.terminal.note(
      fmt::format("case {} is time-boxed until {}", ref.str(), both_times(ends_at)));
  for (const auto& [grant, before] : report->cut) {
    context.terminal.note(fmt::format("the end of {} moved from {} to {}", grant.str(),
                                      both_times(before), both_times(ends_at)));
  }
  if (context.options.json) {
    SP_TRY(context.terminal.print(case_timebox_json(*report)));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_case_timebox_command(Command& app, Context& context) {
  auto options = std::make_shared<TimeboxOptions>();
  auto command = app.subcommand("timebox", "set when all access under a case ends at the latest");
  command.argument("REF", options->ref, "the support ticket");
  add_end_options(command, options->end);
  command.footer("grants that run longer are cut; it may last " + format_duration(kLongestTimebox) +
                 " at most, and be set again\n");
  command.runs(context, [options, &context] { return run_timebox(context, *options); });
}

}  // namespace stagepass::cli
