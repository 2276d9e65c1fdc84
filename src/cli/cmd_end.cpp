// stagepass finish and stagepass revoke: end grants now. They differ in the reason on record.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/end_output.hpp"
#include "cli/session.hpp"
#include "cli/word_input.hpp"

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
  std::optional<std::string> word;
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

/// "finish -" and "finish --word FILE": where the word is, if it is about one.
Result<std::optional<std::string>> word_in(const EndOptions& options) {
  const bool from_stdin = options.grants == std::vector<std::string>{"-"};
  if (options.reason != EndReason::finished || (!options.word && !from_stdin)) {
    return std::optional<std::string>();
  }
  if ((options.word && !options.grants.empty()) || options.filter.any()) {
    return fail(Errc::invalid_argument, "a word says itself which grant is meant",
                "leave the ids, --case, --to and --target out");
  }
  return options.word ? options.word : std::optional<std::string>("-");
}

Result<ExitStatus> run_end(Context& context, const EndOptions& options) {
  SP_ASSIGN(const auto word, word_in(options));
  if (word) {
    return run_word_of_specialist(context, *word, options.dry_run);
  }
  SP_ASSIGN(const auto filters, parse_filters(options));
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const auto found, find_grants(*store, filters));
  if (options.dry_run) {
    return list_grants(context, found);
  }
  SP_TRY(ask_for_consent(context, options, found));
  SP_ASSIGN(auto workspace, session.workspace());
  return tell_end(context, end_all(workspace, found, options.reason, context.terminal), found);
}

void add_end_command(Command& app, Context& context, EndReason reason) {
  auto options = std::make_shared<EndOptions>();
  options->reason = reason;
  Command command = reason == EndReason::finished
                        ? app.subcommand("finish", "the work is over: end grants now")
                        : app.subcommand("revoke", "end grants now, for whatever reason");
  const bool finishes = reason == EndReason::finished;
  command.arguments(
      "GRANT", options->grants, Need::optional,
      finishes ? "ids of grants; - is a specialist's word on stdin" : "ids of grants");
  if (finishes) {
    command.option("--word FILE", options->word,
                   "what a specialist has said with `done` or `compromised`, as it was pasted");
  }
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
