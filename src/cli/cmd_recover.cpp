// stagepass recover: after an older copy of the records was put in place. Looks, and with --accept goes on with it.
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/tell_audit.hpp"

#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/recovery.hpp>
#include <stagepass/service/target_audit.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

struct RecoverOptions {
  bool accept = false;
  bool yes = false;
};

// What was granted since the copy was made is on the targets, and only there.
Result<bool> compare_all_targets(Context& context, service::Workspace& workspace) {
  SP_ASSIGN(const auto targets, workspace.store.targets());
  const Timestamp stop_at = workspace.clock.now() + service::SchedulerOptions().run_limit;
  std::vector<std::pair<TargetName, Result<service::TargetAudit>>> audits;
  for (const Target& target : targets) {
    context.terminal.step(fmt::format("comparing {} with the records", target.name.str()));
    audits.emplace_back(target.name,
                        service::audit_target(workspace, target.name, {.stop_at = stop_at}));
  }
  context.terminal.clear_progress();
  bool is_left = tell_audits(context.terminal, audits);
  for (const auto& [target, audit] : audits) {
    is_left = is_left || !audit;
  }
  return is_left;
}

Result<ExitStatus> accept(Context& context, service::Workspace& workspace, const Error& why,
                          const RecoverOptions& options) {
  if (!options.yes) {
    SP_ASSIGN(const bool agreed,
              context.terminal.confirm(fmt::format("{}. Go on with these records?", why.message)));
    if (!agreed) {
      return fail(Errc::aborted, "nothing was changed");
    }
  }
  SP_ASSIGN(const std::size_t withheld, service::accept_older_records(workspace, why.message));
  context.terminal.note(
      fmt::format("the records are signed anew; {} credentials that may have been "
                  "shown before are shown no more",
                  withheld));
  SP_ASSIGN(const bool is_left, compare_all_targets(context, workspace));
  if (is_left) {
    context.terminal.note("purge goes on with what is not gone yet");
  }
  return is_left ? ExitStatus::pending : ExitStatus::ok;
}

Result<ExitStatus> run_recover(Context& context, const RecoverOptions& options) {
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  const auto whole = service::require_whole_log(workspace);
  if (whole) {
    context.terminal.note("these are the newest records that were signed; nothing is to be done");
    return ExitStatus::ok;
  }
  if (whole.error().code == Errc::corrupt && options.accept) {
    return accept(context, workspace, whole.error(), options);
  }
  return fail(whole.error().code, whole.error().message,
              "put the newest backup in place; if this is it: stagepass recover --accept");
}

}  // namespace

void add_recover_command(Command& app, Context& context) {
  auto options = std::make_shared<RecoverOptions>();
  auto command = app.subcommand("recover", "go on after an older copy of the records was restored");
  command.flag("--accept", options->accept,
               "these records are to be used: end what was granted since, as orphans");
  command.flag("--yes", options->yes, "do so without being asked");
  command.runs(context, [options, &context] { return run_recover(context, *options); });
}

}  // namespace stagepass::cli
