// stagepass target list, test, rehearse, audit, remove, drivers.
#include "cli/cmd_target_add.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "cli/tell_audit.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

Result<ExitStatus> run_list(Context& context) {
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const auto targets, store->targets());
  if (context.options.json) {
    SP_TRY(context.terminal.print(targets_json(targets)));
    return ExitStatus::ok;
  }
  if (targets.empty()) {
    context.terminal.note("no targets yet; add one with stagepass target add");
    return ExitStatus::ok;
  }
  Table table({"TARGET", "DRIVER", "ENVIRONMENT", "REHEARSED", "SETTINGS"});
  for (const auto& target : targets) {
    table.add({target.name.str(), target.driver, std::string(to_string(target.environment)),
               target.rehearsed_at ? format_utc(*target.rehearsed_at) : "no",
               settings_text(target)});
  }
  SP_TRY(context.terminal.print(table.take_page()));
  return ExitStatus::ok;
}

Result<ExitStatus> run_test(Context& context, const std::string& text) {
  SP_ASSIGN(const TargetName name, TargetName::parse(text));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  context.terminal.step("looking at the target");
  SP_ASSIGN(const auto report, service::TargetService(workspace).test(name));
  context.terminal.clear_progress();
  if (context.options.json) {
    SP_TRY(context.terminal.print(target_report_json(report)));
  } else {
    tell_findings(context.terminal, report.findings);
  }
  if (!report.ready()) {
    return fail(Errc::refused, fmt::format("target {} is not ready", name.str()),
                "do what stands below each problem");
  }
  context.terminal.note(fmt::format("target {} is ready", name.str()));
  return ExitStatus::ok;
}

Result<ExitStatus> run_rehearse(Context& context, const std::string& text) {
  SP_ASSIGN(const TargetName name, TargetName::parse(text));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace_with_policy());
  const auto rehearsal = service::TargetService(workspace).rehearse(name, context.terminal);
  context.terminal.clear_progress();
  if (!rehearsal) {
    return fail(rehearsal.error());
  }
  for (const auto& step : rehearsal->steps) {
    context.terminal.note(step);
  }
  if (context.options.json) {
    SP_TRY(context.terminal.print(rehearsal_json(name, *rehearsal)));
  }
  return ExitStatus::ok;
}

Result<ExitStatus> run_audit(Context& context, const std::string& text) {
  SP_ASSIGN(const TargetName name, TargetName::parse(text));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  context.terminal.step("comparing the target with the records");
  const Timestamp stop_at = workspace.clock.now() + service::SchedulerOptions().run_limit;
  const auto audit = service::audit_target(workspace, name, {.stop_at = stop_at});
  context.terminal.clear_progress();
  if (!audit) {
    return fail(audit.error());
  }
  const bool is_left = tell_audit(context.terminal, name, *audit);
  if (context.options.json) {
    SP_TRY(context.terminal.print(target_audit_json(name, *audit)));
  }
  if (audit->is_by_hand) {
    context.terminal.note(fmt::format(
        "{} is kept by hand: nothing there can be compared with the records", name.str()));
    return ExitStatus::ok;
  }
  if (!audit->was_listed) {
    context.terminal.note(
        fmt::format("{} cannot list its accounts, so an orphan would not be seen", name.str()));
  }
  context.terminal.note(fmt::format("{}: {} on record, {} orphans, {} deleted by somebody else",
                                    name.str(), audit->on_record, audit->orphans.size(),
                                    audit->missing.size()));
  return is_left ? ExitStatus::pending : ExitStatus::ok;
}

Result<ExitStatus> run_remove(Context& context, const std::string& text) {
  SP_ASSIGN(const TargetName name, TargetName::parse(text));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  SP_TRY(service::TargetService(workspace).remove(name));
  context.terminal.note(fmt::format("target {} removed", name.str()));
  return ExitStatus::ok;
}

std::string drivers_text(const std::vector<DriverInfo>& drivers) {
  std::string text;
  for (const auto& driver : drivers) {
    text += fmt::format("{}{}: {}\n", text.empty() ? "" : "\n", driver.kind, driver.summary);
    for (const auto& setting : driver.settings) {
      text +=
          fmt::format("  {:<16} {:<8}  {}{}\n", setting.key, kind_word(setting.kind), setting.help,
                      setting.standard.empty() ? "" : fmt::format(" ({})", setting.standard));
    }
  }
  return text;
}

Result<ExitStatus> run_drivers(Context& context) {
  Session session(context);
  const auto drivers = session.drivers().kinds();
  SP_TRY(
      context.terminal.print(context.options.json ? drivers_json(drivers) : drivers_text(drivers)));
  return ExitStatus::ok;
}

using NamedAction = Result<ExitStatus> (*)(Context&, const std::string&);

struct NamedCommand {
  const char* name;
  const char* help;
  NamedAction run;
};

void add_named(Command& target, Context& context, const NamedCommand& what) {
  auto name = std::make_shared<std::string>();
  auto command = target.subcommand(what.name, what.help);
  command.argument("TARGET", *name, "the target's name");
  command.runs(context, [name, &context, run = what.run] { return run(context, *name); });
}

using Action = Result<ExitStatus> (*)(Context&);

void add_plain(Command command, Context& context, Action run) {
  command.runs(context, [&context, run] { return run(context); });
}

}  // namespace

void add_target_command(Command& app, Context& context) {
  auto target = app.subcommand("target", "the systems on which accounts are made");
  add_target_add_command(target, context);
  add_target_set_command(target, context);
  add_plain(target.subcommand("list", "list the targets"), context, run_list);
  add_named(target, context, {"test", "look whether a target is ready; changes nothing", run_test});
  add_named(target, context,
            {"rehearse", "make an account, log in, end it, and see that it is gone", run_rehearse});
  add_named(target, context,
            {"audit", "compare with the records; end what no record accounts for", run_audit});
  add_named(target, context, {"remove", "forget a target without open accounts", run_remove});
  add_plain(target.subcommand("drivers", "list the drivers and their settings"), context,
            run_drivers);
}

}  // namespace stagepass::cli
