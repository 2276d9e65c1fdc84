// stagepass watch: purge as a foreground service. SIGTERM and SIGINT finish the step at hand.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/session.hpp"
#include "cli/session_environment.hpp"
#include "cli/signal_stop.hpp"
#include "cli/tell_audit.hpp"
#include "cli/watch_notices.hpp"

#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/system/startup.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace stagepass::cli {
namespace {

/// Tells what was done, and what is left or wrong only when that changes: the scheduler looks every
/// few seconds, and a journal full of one sentence is not read.
class Teller final : public service::ExpiryScheduler::Listener {
 public:
  Teller(Terminal& terminal, WatchNotices& notices) : terminal_(&terminal), notices_(&notices) {}

  void ran(const service::PurgeReport& report) override {
    tell(report);
    notices_->follow_round();
  }

  void failed(const Error& error) override {
    if (error.message != last_error_) {
      terminal_->error(error);
      last_error_ = error.message;
    }
  }

  void warn(std::string_view text) override {
    if (is_clock_sound_) {
      terminal_->note(text);
    }
  }
  void step(std::string_view /*text*/) override {}
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}

 private:
  void tell(const service::PurgeReport& report) {
    if (report.problem) {
      failed(*report.problem);
    } else {
      last_error_.clear();
    }
    is_clock_sound_ = report.clock.state == ClockVerdict::State::sound;
    for (const auto& outcome : report.accounts) {
      terminal_->note(describe(outcome));
    }
    tell_audits(*terminal_, report.audits);
    tell_rotation(report.rotation);
    if (report.vault_problem && report.vault_problem->message != last_vault_problem_) {
      terminal_->error(*report.vault_problem);
    }
    last_vault_problem_ = report.vault_problem ? report.vault_problem->message : "";
    if (report.overdue.accounts == overdue_) {
      return;
    }
    overdue_ = report.overdue.accounts;
    const std::string state = overdue_ > 0 ? describe(report.overdue) : "nothing is overdue";
    terminal_->note(state);
    system::notify_service_manager("STATUS=" + state);
  }

  void tell_rotation(const std::optional<Result<service::Rotation>>& rotation) {
    if (!rotation) {
      return;
    }
    const std::string problem = *rotation ? "" : rotation->error().message;
    if (*rotation) {
      terminal_->note(describe(**rotation));
    } else if (problem != last_rotation_problem_) {
      terminal_->error(rotation->error());
    }
    last_rotation_problem_ = problem;
  }

  Terminal* terminal_;
  WatchNotices* notices_;
  std::int64_t overdue_ = 0;
  std::string last_error_;
  std::string last_vault_problem_;
  std::string last_rotation_problem_;
  bool is_clock_sound_ = true;
};

Result<ExitStatus> run_watch(Context& context) {
  // Twice within the service manager's time-out, as its manual asks for. It shows that the process
  // lives, not that a target answers: targets have their own time-outs.
  const long interval_ns = watchdog_interval_us() * 1000 / 2;
  const SignalStop signal(interval_ns, [] { system::notify_service_manager("WATCHDOG=1"); });
  Session session(context);
  session.tell_notices(Session::Notices::elsewhere);
  SP_ASSIGN(auto workspace, session.workspace());
  WatchNotices notices(session, context.terminal, signal.token());
  service::ExpiryScheduler scheduler(workspace, {});
  context.terminal.note("watching; SIGTERM or Ctrl-C ends it");
  system::notify_service_manager("READY=1");
  Teller teller(context.terminal, notices);
  SP_TRY(scheduler.run(signal.token(), teller));
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
