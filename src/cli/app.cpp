#include "cli/app.hpp"

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "targets/askpass.hpp"

#include <stagepass/core/secret.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/system/startup.hpp>

#include <exception>

namespace stagepass::cli {
namespace {

ExitStatus report(Context& context, const Result<ExitStatus>& outcome) {
  context.terminal.clear_progress();
  const bool is_said = !outcome && outcome.error().message == context.afterthought;
  if (!context.afterthought.empty() && !is_said) {
    context.terminal.note(context.afterthought);
  }
  if (outcome) {
    return *outcome;
  }
  context.terminal.error(outcome.error());
  return exit_status_for(outcome.error().code);
}

// The command line sets `chosen` for a command, and nothing for --help and the like.
Result<ExitStatus> run(Context& context, int argc, char** argv) {
  SP_TRY(system::harden_process());
  initialize_crypto();
  SP_ASSIGN(const ExitStatus read, read_command_line(context, argc, argv));
  if (context.options.quiet) {
    context.terminal.be_quiet();
  }
  if (context.options.no_input) {
    context.terminal.never_ask();
  }
  return context.chosen ? context.chosen() : read;
}

}  // namespace

int run_program(int argc, char** argv, Clock& clock) {
  // ssh calls this program to be told a password; nothing else may run then.
  if (targets::is_askpass_call()) {
    return targets::answer_askpass();
  }
  Context context(clock);
  try {
    return static_cast<int>(report(context, run(context, argc, argv)));
  } catch (const std::exception& bug) {
    context.terminal.error(
        {Errc::internal, "unexpected: " + escape_untrusted(bug.what()),
         "this is a bug in stagepass; purge goes on with every account on record"});
    return static_cast<int>(ExitStatus::internal);
  }
}

}  // namespace stagepass::cli
