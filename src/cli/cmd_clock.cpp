// stagepass clock [--accept]: what this machine's clock is worth to the vault.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/session.hpp"

#include <stagepass/system/startup.hpp>

#include <fmt/format.h>

#include <memory>

namespace stagepass::cli {
namespace {

struct ClockOptions {
  bool accept = false;
  bool yes = false;
};

Result<void> accept(Context& context, service::ClockGuard& clock, const ClockOptions& options) {
  const Timestamp wall = clock.read().wall;
  if (!options.yes) {
    SP_ASSIGN(const bool agreed, context.terminal.confirm(fmt::format(
                                     "is it {} now, and what this vault has seen ({}) was wrong?",
                                     both_times(wall), format_utc(clock.now()))));
    if (!agreed) {
      return fail(Errc::aborted, "nothing was changed");
    }
  }
  return clock.accept(system::current_actor());
}

Result<ExitStatus> run_clock(Context& context, const ClockOptions& options) {
  Session session(context);
  SP_ASSIGN(service::ClockGuard * clock, session.clock());
  if (options.accept) {
    SP_TRY(accept(context, *clock, options));
  }
  const ClockVerdict verdict = clock->verdict();
  SP_TRY(context.terminal.print(fmt::format("{}\n", format_utc(verdict.now))));
  if (const auto step = service::describe(verdict)) {
    context.terminal.note(*step);
  }
  if (verdict.state == ClockVerdict::State::behind) {
    return fail(Errc::unavailable, "no grant is made or extended by this clock",
                "set it right, or confirm it with stagepass clock --accept");
  }
  return ExitStatus::ok;
}

}  // namespace

void add_clock_command(Command& app, Context& context) {
  auto options = std::make_shared<ClockOptions>();
  auto command = app.subcommand("clock", "print the time this vault goes by");
  command.flag("--accept", options->accept, "the clock is right now: let the vault go back to it");
  command.flag("--yes", options->yes, "do so without being asked");
  command.runs(context, [options, &context] { return run_clock(context, *options); });
}

}  // namespace stagepass::cli
