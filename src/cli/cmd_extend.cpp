// stagepass extend GRANT (--for 4h | --until TIME): moves the end of a grant.
#include "cli/approval_input.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/grant_service.hpp>

#include <fmt/format.h>

#include <memory>

namespace stagepass::cli {
namespace {

struct ExtendOptions {
  std::string grant;
  EndArguments end;
  std::optional<std::string> approval;
};

Result<ExitStatus> run_extend(Context& context, const ExtendOptions& options) {
  SP_ASSIGN(const GrantId id, GrantId::parse(options.grant));
  SP_ASSIGN(const auto end, parse_end(options.end));
  if (!end) {
    return fail(Errc::invalid_argument, "the new end is missing",
                "say --for DURATION (counted from now) or --until TIME");
  }
  service::LiveAccess live;
  if (options.approval) {
    SP_ASSIGN(live.approval, read_approval_file(*options.approval));
  }
  tell_live(context.terminal, live);
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace_with_policy());
  SP_ASSIGN(const GrantWithAccounts before, workspace.store.grant(id));
  SP_ASSIGN(const auto after,
            service::GrantService(workspace).extend(id, *end, context.terminal, live.approval));
  const CountingEnd old_end = counting_end(before.grant, before.accounts);
  const CountingEnd new_end = counting_end(after.grant, after.accounts);
  context.terminal.note(fmt::format(
      "the end of {} moved from {} to {}", id.str(),
      both_times(old_end.clock == EndClock::work_time ? old_end.at : before.grant.expires_at),
      both_times(after.grant.expires_at)));
  if (new_end.clock != EndClock::agreed_end) {
    context.terminal.note(describe_clocks(after.grant));
  }
  if (context.options.json) {
    SP_TRY(
        context.terminal.print(extend_json(before.grant.expires_at, after, workspace.clock.now())));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_extend_command(Command& app, Context& context) {
  auto options = std::make_shared<ExtendOptions>();
  auto command = app.subcommand("extend", "move the end of a grant");
  command.argument("GRANT", options->grant, "the grant's id");
  add_end_options(command, options->end);
  command.option("--approval FILE", options->approval,
                 "for a live shop: what an approver has signed for it; - is stdin");
  command.runs(context, [options, &context] { return run_extend(context, *options); });
}

}  // namespace stagepass::cli
