// stagepass purge: ends everything that is due; for cron. Quiet when there is nothing to do.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/tell_audit.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/service/expiry_scheduler.hpp>

#include <fmt/format.h>

#include <memory>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestPreview = 10'000;

struct PurgeOptions {
  std::optional<std::string> run_limit;
  std::optional<std::string> audit_every;
  std::optional<std::string> rotate_every;
  bool dry_run = false;
};

Result<std::optional<Ttl>> parse_interval(const std::optional<std::string>& text,
                                          const std::optional<Ttl>& standard) {
  if (!text) {
    return standard;
  }
  if (*text == "never") {
    return std::optional<Ttl>();
  }
  SP_ASSIGN(const Ttl interval, parse_duration(*text));
  return std::optional(interval);
}

Result<service::SchedulerOptions> parse_options(const PurgeOptions& options) {
  service::SchedulerOptions parsed;
  if (options.run_limit) {
    SP_ASSIGN(parsed.run_limit, parse_duration(*options.run_limit));
  }
  SP_ASSIGN(parsed.audit_every, parse_interval(options.audit_every, parsed.audit_every));
  SP_ASSIGN(parsed.rotate_every, parse_interval(options.rotate_every, parsed.rotate_every));
  return parsed;
}

// Needs no key: looking is not ending.
Result<ExitStatus> run_preview(Context& context, Session& session) {
  SP_ASSIGN(const service::ClockGuard* clock, session.clock());
  const Timestamp now = clock->now();
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const auto due, store->due(now, kLongestPreview));
  SP_ASSIGN(const Overdue overdue, store->overdue(now));
  if (context.options.json) {
    SP_TRY(context.terminal.print(preview_json(due, overdue, now)));
    return overdue.accounts > 0 ? ExitStatus::pending : ExitStatus::ok;
  }
  for (const auto& account : due) {
    SP_TRY(context.terminal.print(fmt::format("{} {} {} ended {}\n", account.grant.str(),
                                              account.user_name.str(), account.target.str(),
                                              both_times(account.ends_at))));
  }
  return overdue.accounts > 0 ? ExitStatus::pending : ExitStatus::ok;
}

// One that went well once a day is no news.
void tell_rotation(Terminal& terminal, const service::PurgeReport& report) {
  if (report.rotation && *report.rotation && (*report.rotation)->lost > 0) {
    terminal.note(describe(**report.rotation));
  }
}

Result<ExitStatus> run_purge(Context& context, const PurgeOptions& options) {
  SP_ASSIGN(const auto scheduler_options, parse_options(options));
  Session session(context);
  if (options.dry_run) {
    return run_preview(context, session);
  }
  session.tell_notices(Session::Notices::patiently);
  SP_ASSIGN(auto workspace, session.workspace());
  service::ExpiryScheduler scheduler(workspace, scheduler_options);
  SP_ASSIGN(const auto report, scheduler.run_due(context.terminal, {}));
  context.terminal.clear_progress();
  for (const auto& outcome : report.accounts) {
    context.terminal.note(describe(outcome));
  }
  const bool is_left = tell_audits(context.terminal, report.audits);
  if (context.options.json) {
    SP_TRY(context.terminal.print(purge_json(report)));
  }
  tell_rotation(context.terminal, report);
  if (report.overdue.accounts > 0) {
    context.terminal.note(describe(report.overdue));
  }
  if (report.problem) {
    return fail(*report.problem);
  }
  if (report.vault_problem) {
    return fail(*report.vault_problem);
  }
  if (report.overdue.accounts > 0 || is_left) {
    return ExitStatus::pending;
  }
  return report.rotation && !*report.rotation ? Result<ExitStatus>(fail(report.rotation->error()))
                                              : ExitStatus::ok;
}

}  // namespace

void add_purge_command(Command& app, Context& context) {
  auto options = std::make_shared<PurgeOptions>();
  auto command = app.subcommand("purge", "end everything that is due; run it from cron");
  command.option("--timeout DURATION", options->run_limit, "begin nothing new after this long");
  command.option("--audit-every DURATION", options->audit_every,
                 "compare each target with the records this often (1d), or never");
  command.option("--rotate-every DURATION", options->rotate_every,
                 "renew the keys this often (1d), or never");
  command.flag("--dry-run", options->dry_run, "only list what is due");
  command.runs(context, [options, &context] { return run_purge(context, *options); });
}

}  // namespace stagepass::cli
