// stagepass finish and stagepass revoke: end grants now. They differ in the reason on record.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

#include <stagepass/service/grant_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

struct EndOptions {
  EndReason reason = EndReason::finished;
  std::vector<std::string> grants;
  FilterArguments filter;
  bool yes = false;
  bool dry_run = false;
};

Result<std::vector<GrantFilter>> parse_filters(const EndOptions& options) {
  if (options.grants.empty() == !options.filter.any()) {
    return fail(Errc::invalid_argument,
                options.grants.empty() ? "it was not said which grants to end"
                                       : "ids and --case, --to or --target exclude each other",
                "give ids of grants, or --case, --to, --target for all that match");
  }
  std::vector<GrantFilter> filters;
  for (const auto& text : options.grants) {
    GrantFilter one;
    SP_ASSIGN(one.id, GrantId::parse(text));
    one.include = GrantFilter::Include::all;
    filters.push_back(std::move(one));
  }
  if (filters.empty()) {
    SP_ASSIGN(GrantFilter all, parse_filter(options.filter));
    filters.push_back(std::move(all));
  }
  return filters;
}

// All that is meant, before anything is ended: one id that does not exist ends nothing.
Result<std::vector<GrantWithAccounts>> find_grants(Store& store,
                                                   const std::vector<GrantFilter>& filters) {
  std::vector<GrantWithAccounts> found;
  for (const auto& filter : filters) {
    if (filter.id) {
      SP_ASSIGN(auto grant, store.grant(*filter.id));
      found.push_back(std::move(grant));
      continue;
    }
    SP_ASSIGN(found, store.grants(filter, std::nullopt, std::numeric_limits<std::int32_t>::max()));
    if (found.empty()) {
      return fail(Errc::not_found, "no open grant matches", "stagepass list shows the open grants");
    }
  }
  return found;
}

std::string grant_line(const GrantWithAccounts& grant) {
  return fmt::format("{} {} {} {}", grant.grant.id.str(), grant.grant.case_ref.str(),
                     grant.grant.recipient.str(), target_names(grant));
}

// Filters may match more than was thought of; that nobody can be asked is no consent.
Result<void> ask_for_consent(Context& context, const EndOptions& options,
                             const std::vector<GrantWithAccounts>& found) {
  if (options.yes || !options.filter.any()) {
    return {};
  }
  if (!context.terminal.can_ask()) {
    return fail(Errc::invalid_argument,
                fmt::format("{} grants match, and nobody can be asked", found.size()),
                "say --yes to end them, or --dry-run to see them");
  }
  for (const auto& grant : found) {
    context.terminal.detail(grant_line(grant));
  }
  SP_ASSIGN(const bool agreed,
            context.terminal.confirm(
                fmt::format("end {} grant{} now?", found.size(), found.size() == 1 ? "" : "s")));
  return agreed ? Result<void>() : fail(Errc::aborted, "nothing was ended");
}

struct Ended {
  service::EndReport report;
  std::optional<Error> problem;  ///< why it broke off, if it did
};

// What was found, and shown to the person who agreed, and nothing that came to match since.
Ended end_all(service::Workspace& workspace, const std::vector<GrantWithAccounts>& found,
              EndReason reason, Progress& progress) {
  service::GrantService grants(workspace);
  Ended all;
  for (const auto& each : found) {
    auto one = grants.end({.id = each.grant.id}, reason, progress);
    if (!one) {
      all.problem = std::move(one).error();
      break;
    }
    std::move(one->grants.begin(), one->grants.end(), std::back_inserter(all.report.grants));
    std::move(one->accounts.begin(), one->accounts.end(), std::back_inserter(all.report.accounts));
  }
  return all;
}

bool is_gone(const Account& account) {
  return account.state == AccountState::gone;
}

void tell(Context& context, const service::EndReport& report,
          const std::vector<GrantWithAccounts>& before) {
  std::vector<AccountId> gone_before;
  for (const auto& grant : before) {
    if (!std::all_of(grant.accounts.begin(), grant.accounts.end(), is_gone)) {
      continue;
    }
    const Grant& g = grant.grant;
    context.terminal.note(fmt::format(
        "{} had ended already{}{}", g.id.str(), g.ended_at ? ", " + both_times(*g.ended_at) : "",
        g.end_reason ? fmt::format(", {}", to_string(*g.end_reason)) : ""));
    for (const auto& account : grant.accounts) {
      gone_before.push_back(account.id);
    }
  }
  for (const auto& outcome : report.accounts) {
    if (std::find(gone_before.begin(), gone_before.end(), outcome.account.id) ==
        gone_before.end()) {
      context.terminal.note(describe(outcome));
    }
  }
}

Result<ExitStatus> list_only(Context& context, const std::vector<GrantWithAccounts>& found) {
  for (const auto& grant : found) {
    SP_TRY(context.terminal.print(grant_line(grant) + "\n"));
  }
  return ExitStatus::ok;
}

Result<ExitStatus> run_end(Context& context, const EndOptions& options) {
  SP_ASSIGN(const auto filters, parse_filters(options));
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const auto found, find_grants(*store, filters));
  if (options.dry_run) {
    return list_only(context, found);
  }
  SP_TRY(ask_for_consent(context, options, found));
  SP_ASSIGN(auto workspace, session.workspace());
  const auto [report, problem] = end_all(workspace, found, options.reason, context.terminal);
  context.terminal.clear_progress();
  tell(context, report, found);
  if (context.options.json) {
    SP_TRY(context.terminal.print(end_json(report)));
  }
  if (problem) {
    return fail(*problem);
  }
  const auto is_pending = [](const auto& outcome) { return outcome.problem.has_value(); };
  if (std::any_of(report.accounts.begin(), report.accounts.end(), is_pending)) {
    context.terminal.note("purge and watch go on with what is not gone yet");
    return ExitStatus::pending;
  }
  return ExitStatus::ok;
}

void add_end_command(Command& app, Context& context, EndReason reason) {
  auto options = std::make_shared<EndOptions>();
  options->reason = reason;
  Command command = reason == EndReason::finished
                        ? app.subcommand("finish", "the work is over: end grants now")
                        : app.subcommand("revoke", "end grants now, for whatever reason");
  command.arguments("GRANT", options->grants, Need::optional, "ids of grants");
  add_filter_options(command, options->filter);
  command.flag("--yes", options->yes, "end all that match without being asked");
  command.flag("--dry-run", options->dry_run, "only list what would be ended");
  command.runs(context, [options, &context] { return run_end(context, *options); });
}

}  // namespace

void add_finish_command(Command& app, Context& context) {
  add_end_command(app, context, EndReason::finished);
}

void add_revoke_command(Command& app, Context& context) {
  add_end_command(app, context, EndReason::revoked);
}

}  // namespace stagepass::cli
