// stagepass watch: purge as a foreground service. SIGTERM and SIGINT finish the step at hand.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/session.hpp"
#include "cli/session_environment.hpp"
#include "cli/signal_stop.hpp"

#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/system/startup.hpp>

namespace stagepass::cli {
namespace {

void tell(Terminal& terminal, const service::PurgeReport& report) {
  terminal.clear_progress();
  for (const auto& outcome : report.accounts) {
    terminal.note(describe(outcome));
  }
  if (report.overdue.accounts > 0) {
    terminal.note(describe(report.overdue));
    system::notify_service_manager("STATUS=" + describe(report.overdue));
  } else {
    system::notify_service_manager("STATUS=nothing is overdue");
  }
}

Result<ExitStatus> run_watch(Context& context) {
  // Twice within the service manager's time-out, as its manual asks for. It shows that the process
  // lives, not that a target answers: targets have their own time-outs.
  const long interval_ns = watchdog_interval_us() * 1000 / 2;
  const SignalStop signal(interval_ns, [] { system::notify_service_manager("WATCHDOG=1"); });
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  service::ExpiryScheduler scheduler(workspace, {});
  context.terminal.note("watching; SIGTERM or Ctrl-C ends it");
  system::notify_service_manager("READY=1");
  scheduler.run(
      signal.token(), [&](const service::PurgeReport& report) { tell(context.terminal, report); },
      [&](const Error& error) { context.terminal.error(error); });
  system::notify_service_manager("STOPPING=1");
  context.terminal.note("stopped");
  return ExitStatus::ok;
}

}  // namespace

void add_watch_command(Command& app, Context& context) {
  auto command = app.subcommand("watch", "end what is due as it becomes due, until stopped");
  command.runs(context, [&context] { return run_watch(context); });
}

}  // namespace stagepass::cli
