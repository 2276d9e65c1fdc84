// stagepass notice test: does every receiver of notices take one?
#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

namespace stagepass::cli {
namespace {

Result<ExitStatus> run_test(Context& context) {
  Session session(context);
  SP_ASSIGN(const policy::PolicyFile read, session.policy_file());
  if (read.notices.empty()) {
    return fail(Errc::not_found, "the policy has no notices",
                "stagepass policy example shows how they are written");
  }
  ExitStatus status = ExitStatus::ok;
  for (const policy::NoticeRule& rule : read.notices) {
    const std::string name = escape_untrusted(name_of(rule));
    context.terminal.step(name);
    const auto taken = session.test_notice(rule);
    context.terminal.clear_progress();
    if (taken) {
      SP_TRY(context.terminal.print(fmt::format("{}: taken\n", name)));
      continue;
    }
    SP_TRY(context.terminal.print(fmt::format("{}: not taken\n", name)));
    context.terminal.error(taken.error());
    status = exit_status_for(taken.error().code);
  }
  return status;
}

}  // namespace

void add_notice_command(Command& app, Context& context) {
  auto notice = app.subcommand("notice", "who is told of what becomes of access");
  notice.footer(
      "receivers stand in the policy file, see stagepass policy example; policy show lists them\n");
  notice.subcommand("test", "send each receiver a sample").runs(context, [&context] {
    return run_test(context);
  });
}

}  // namespace stagepass::cli
