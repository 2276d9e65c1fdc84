// stagepass recover: after an older copy of the records was put in place, somebody else has changed some, or the
// keyring was lost. Looks, and with --accept goes on with what there is.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/session.hpp"
#include "cli/tell_audit.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/key_rotation.hpp>
#include <stagepass/service/recovery.hpp>
#include <stagepass/service/target_audit.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

constexpr const char* kHint =
    "put the newest backup in place; if this is it: stagepass recover --accept";

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

void tell_changed(Terminal& terminal, const service::ChangedRecords& changed) {
  constexpr const char* kChanged = "was changed by somebody else";
  for (const Target& target : changed.targets) {
    terminal.note(fmt::format("target {} {}: {} {}", target.name.str(), kChanged,
                              escape_untrusted(target.driver), settings_text(target)));
  }
  for (const Recipient& recipient : changed.recipients) {
    terminal.note(
        fmt::format("the keys of {0} {1}: stagepass recipient remove {0}, and add them anew",
                    recipient.name.str(), "were changed by somebody else"));
  }
  for (const Grant& grant : changed.grants) {
    const std::string clocks = describe_clocks(grant);
    terminal.note(fmt::format("grant {} {}: case {}, to {}, until {}{}{}", grant.id.str(), kChanged,
                              grant.case_ref.str(), grant.recipient.str(),
                              format_utc(grant.expires_at), clocks.empty() ? "" : "; ", clocks));
  }
  for (const Case& record : changed.cases) {
    terminal.note(fmt::format(
        "case {} {}: {}, {}", record.ref.str(), kChanged,
        is_bare(record) ? "nothing of it is left" : to_string(state_of(record, false)),
        record.timebox_at ? "time-box until " + format_utc(*record.timebox_at) : "no time-box"));
  }
  for (const Account& account : changed.accounts) {
    terminal.note(fmt::format("the record of {} on {} {}", account.user_name.str(),
                              account.target.str(), kChanged));
  }
}

// They are ended on the targets by now, if they could be reached.
bool withdraw_accounts(Context& context, service::Workspace& workspace,
                       const std::vector<Account>& accounts) {
  bool is_left = false;
  for (const Account& account : accounts) {
    const auto withdrawn = service::withdraw_changed_account(workspace, account);
    context.terminal.note(
        fmt::format("{}: {}", account.user_name.str(),
                    withdrawn ? "its record is closed" : withdrawn.error().message));
    is_left = is_left || !withdrawn;
  }
  return is_left;
}

Result<void> require_agreement(Context& context, const RecoverOptions& options,
                               const std::string& why) {
  if (options.yes) {
    return {};
  }
  SP_ASSIGN(const bool agreed, context.terminal.confirm(fmt::format("{}. Go on with this?", why)));
  return agreed ? Result<void>() : fail(Errc::aborted, "nothing was changed");
}

Result<void> go_on_with_older(Context& context, service::Workspace& workspace,
                              const RecoverOptions& options, const Error& why) {
  if (!options.accept) {
    return fail(why.code, why.message, kHint);
  }
  SP_TRY(require_agreement(context, options, why.message));
  SP_ASSIGN(const std::size_t withheld, service::accept_older_records(workspace, why.message));
  context.terminal.note(
      fmt::format("the records are signed anew; {} credentials that may have been "
                  "shown before are shown no more",
                  withheld));
  return {};
}

Result<void> go_on_with_changed(Context& context, service::Workspace& workspace,
                                const RecoverOptions& options,
                                const service::ChangedRecords& changed) {
  tell_changed(context.terminal, changed);
  const std::string why = "records were changed by somebody else";
  if (!options.accept) {
    return fail(Errc::corrupt, why, kHint);
  }
  SP_TRY(require_agreement(context, options, why));
  return service::accept_changed_records(workspace, changed);
}

Result<ExitStatus> recover_records(Context& context, service::Workspace& workspace,
                                   const RecoverOptions& options) {
  const auto whole = service::require_whole_log(workspace);
  if (!whole && whole.error().code != Errc::corrupt) {
    return fail(whole.error());
  }
  if (!whole) {
    SP_TRY(go_on_with_older(context, workspace, options, whole.error()));
  }
  SP_TRY(service::vouch_for_earlier_records(workspace, context.terminal));
  SP_ASSIGN(const auto changed, service::find_changed_records(workspace));
  if (whole && changed.empty()) {
    context.terminal.note("these are the newest records that were signed; nothing is to be done");
    return ExitStatus::ok;
  }
  if (!changed.empty()) {
    SP_TRY(go_on_with_changed(context, workspace, options, changed));
  }
  SP_ASSIGN(bool is_left, compare_all_targets(context, workspace));
  is_left = withdraw_accounts(context, workspace, changed.accounts) || is_left;
  if (is_left) {
    context.terminal.note("purge goes on with what is not gone yet");
  }
  return is_left ? ExitStatus::pending : ExitStatus::ok;
}

Result<void> make_keyring(Context& context, service::Workspace& workspace,
                          const RecoverOptions& options, const Error& why) {
  SP_ASSIGN(const std::size_t lost, service::count_bound_to_keyring(workspace));
  const std::string loss = fmt::format(
      "{}. With a new one {} live credentials open no more; their accounts are ended as all others",
      why.message, lost);
  if (!options.accept) {
    return fail(why.code, loss,
                "put its newest copy back; if there is none: stagepass recover --accept");
  }
  SP_TRY(require_agreement(context, options, loss));
  SP_TRY(service::make_new_keyring(workspace));
  SP_TRY(service::rotate_keys_if_due(workspace, service::kRotateEvery));
  context.terminal.note(fmt::format("there is a new keyring; {} credentials open no more", lost));
  return {};
}

Result<void> recover_keyring(Context& context, service::Workspace& workspace,
                             const RecoverOptions& options) {
  const auto keys = service::keys_in_use(workspace);
  if (!keys && keys.error().code == Errc::locked) {
    return make_keyring(context, workspace, options, keys.error());
  }
  SP_TRY(keys);
  context.terminal.note("the keyring is there");
  return {};
}

Result<ExitStatus> run_recover(Context& context, const RecoverOptions& options) {
  Session session(context);
  SP_ASSIGN(auto workspace, session.unvouched_workspace());
  SP_ASSIGN(const ExitStatus status, recover_records(context, workspace, options));
  SP_TRY(recover_keyring(context, workspace, options));
  return status;
}

}  // namespace

void add_recover_command(Command& app, Context& context) {
  auto options = std::make_shared<RecoverOptions>();
  auto command = app.subcommand(
      "recover",
      "go on after records were restored from a copy or changed, or the keyring was lost");
  command.flag(
      "--accept", options->accept,
      "these records are to be used: end, as orphans, what they do not account for; and make "
      "a new keyring if there is none");
  command.flag("--yes", options->yes, "do so without being asked");
  command.runs(context, [options, &context] { return run_recover(context, *options); });
}

}  // namespace stagepass::cli
