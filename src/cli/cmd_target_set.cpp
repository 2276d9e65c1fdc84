// stagepass target set NAME key=value…: another way to a target, taken only when it is ready.
#include "cli/arguments.hpp"
#include "cli/cmd_target_add.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/setting_arguments.hpp"

#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

struct SetOptions {
  std::string name;
  SettingArguments settings;
};

Result<service::TargetChange> parse_change(const SetOptions& options) {
  SP_ASSIGN(TargetName name, TargetName::parse(options.name));
  SP_ASSIGN(const auto environment, parse_environment_of(options.settings));
  SP_ASSIGN(auto settings, parse_assignments(options.settings.settings));
  return service::TargetChange{std::move(name), environment, std::move(settings), {}};
}

Result<void> refuse_nothing(const service::TargetChange& change) {
  if (!change.settings.empty() || !change.secrets.empty() || change.environment) {
    return {};
  }
  return fail(Errc::invalid_argument, "nothing is to be changed",
              "name a setting, e.g. port=2222 or --secret password");
}

Result<ExitStatus> tell_report(Context& context, const service::TargetReport& report) {
  context.terminal.clear_progress();
  if (context.options.json) {
    SP_TRY(context.terminal.print(target_report_json(report)));
  }
  const std::string& name = report.target.name.str();
  if (!report.ready()) {
    tell_findings(context.terminal, report.findings);
    return fail(Errc::refused,
                fmt::format("target {} stays as it was: it is not ready that way", name),
                "do what stands below each problem");
  }
  context.terminal.note(fmt::format("target {} is changed", name));
  context.terminal.note(
      fmt::format("prove it before the next grant: stagepass target rehearse {}", name));
  return ExitStatus::ok;
}

Result<ExitStatus> run_target_set(Context& context, const SetOptions& options) {
  SP_ASSIGN(auto change, parse_change(options));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace_with_policy());
  SP_ASSIGN(const Target target, workspace.store.target(change.name));
  SP_TRY(refuse_secrets_in_arguments(session.drivers(), target.driver, change.settings));
  SP_ASSIGN(change.secrets, read_secrets(context, options.settings));
  SP_TRY(refuse_nothing(change));
  SP_ASSIGN(const auto report, service::TargetService(workspace).change(change, context.terminal));
  return tell_report(context, report);
}

}  // namespace

void add_target_set_command(Command& target, Context& context) {
  auto options = std::make_shared<SetOptions>();
  auto command = target.subcommand("set", "change settings of a target, once it is ready that way");
  command.argument("TARGET", options->name, "the target's name");
  add_setting_options(command, options->settings, "key=value; key= for the driver's standard");
  command.runs(context, [options, &context] { return run_target_set(context, *options); });
}

}  // namespace stagepass::cli
