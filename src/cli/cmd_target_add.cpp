// stagepass target add NAME DRIVER key=value…: a target, added only when it is ready.
#include "cli/cmd_target_add.hpp"

#include "cli/arguments.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/setting_arguments.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

struct AddOptions {
  std::string name;
  std::string driver;
  SettingArguments settings;
  bool install = false;
};

Result<service::TargetDraft> parse_draft(const AddOptions& options) {
  SP_ASSIGN(TargetName name, TargetName::parse(options.name));
  SP_ASSIGN(const auto environment, parse_environment_of(options.settings));
  SP_ASSIGN(auto settings, parse_assignments(options.settings.settings));
  using Install = service::TargetDraft::Install;
  return service::TargetDraft{std::move(name),
                              options.driver,
                              environment,
                              std::move(settings),
                              {},
                              options.install ? Install::yes : Install::no};
}

service::TargetDraft copy_of(const service::TargetDraft& draft) {
  service::TargetDraft copy{draft.name,     draft.driver, draft.environment,
                            draft.settings, {},           draft.install};
  for (const auto& [name, secret] : draft.secrets) {
    copy.secrets.emplace(name, secret.clone());
  }
  return copy;
}

// Adds the target; if it is not ready and a person agrees, prepares it and tries once more.
Result<service::TargetReport> add_or_prepare(Context& context, service::Workspace& workspace,
                                             service::TargetDraft draft) {
  service::TargetService targets(workspace);
  SP_ASSIGN(auto report, targets.add(copy_of(draft), context.terminal));
  const bool was_prepared = draft.install == service::TargetDraft::Install::yes;
  if (report.ready() || was_prepared || !context.terminal.can_ask()) {
    return report;
  }
  tell_findings(context.terminal, report.findings);
  SP_ASSIGN(const bool agreed, context.terminal.confirm("prepare the target now?"));
  if (!agreed) {
    return fail(Errc::aborted, fmt::format("target {} was not added", draft.name.str()));
  }
  draft.install = service::TargetDraft::Install::yes;
  return targets.add(std::move(draft), context.terminal);
}

Result<ExitStatus> tell_report(Context& context, const service::TargetReport& report) {
  context.terminal.clear_progress();
  for (const auto& step : report.installed) {
    context.terminal.note(fmt::format("done: {}", step));
  }
  tell_findings(context.terminal, report.findings);
  if (context.options.json) {
    SP_TRY(context.terminal.print(target_report_json(report)));
  }
  const std::string& name = report.target.name.str();
  if (!report.ready()) {
    return fail(Errc::refused, fmt::format("target {} was not added: it is not ready", name),
                "do what stands below each problem, or let --install do it");
  }
  context.terminal.note(
      fmt::format("target {} added ({})", name, to_string(report.target.environment)));
  context.terminal.note(
      fmt::format("prove it before the first grant: stagepass target rehearse {}", name));
  return ExitStatus::ok;
}

Result<ExitStatus> run_target_add(Context& context, const AddOptions& options) {
  SP_ASSIGN(auto draft, parse_draft(options));
  Session session(context);
  SP_TRY(refuse_secrets_in_arguments(session.drivers(), draft.driver, draft.settings));
  SP_ASSIGN(auto workspace, session.workspace_with_policy());
  SP_ASSIGN(draft.secrets, read_secrets(context, options.settings));
  SP_ASSIGN(const auto report, add_or_prepare(context, workspace, std::move(draft)));
  return tell_report(context, report);
}

}  // namespace

void tell_findings(Terminal& terminal, const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    const bool good = finding.kind == Finding::Kind::good;
    terminal.note(fmt::format("{} {}", good ? "ok:     " : "problem:", finding.text));
    if (!finding.remedy.empty()) {
      terminal.detail(finding.remedy);
    }
  }
}

void add_target_add_command(Command& target, Context& context) {
  auto options = std::make_shared<AddOptions>();
  auto command = target.subcommand("add", "add a target, once it is ready");
  command.argument("NAME", options->name, "how you call it");
  command.argument("DRIVER", options->driver, "see stagepass target drivers");
  add_setting_options(command, options->settings, "key=value, as the driver needs them");
  command.flag("--install", options->install, "prepare the target first, if it needs it");
  command.runs(context, [options, &context] { return run_target_add(context, *options); });
}

}  // namespace stagepass::cli
