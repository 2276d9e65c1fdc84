// stagepass list: the grants, a page at a time, so that a long list needs little memory.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"

#include <stagepass/core/grant_clocks.hpp>

#include <functional>
#include <memory>

namespace stagepass::cli {
namespace {

constexpr std::size_t kPageSize = 500;

struct ListOptions {
  FilterArguments filter;
  bool all = false;
};

using PageReader = std::function<Result<void>(const std::vector<GrantWithAccounts>&)>;

Result<void> for_each_page(Store& store, const GrantFilter& filter, const PageReader& read) {
  std::optional<GrantId> after;
  while (true) {
    SP_ASSIGN(const auto page, store.grants(filter, after, kPageSize));
    if (!page.empty()) {
      SP_TRY(read(page));
      after = page.back().grant.id;
    }
    if (page.size() < kPageSize) {
      return {};
    }
  }
}

/// What is listed, as it stood at `now`.
struct Listing {
  Store& store;
  GrantFilter filter;
  Timestamp now;
  Overdue overdue;
};

Result<void> print_table(Context& context, const Listing& listing) {
  Table table({"GRANT", "CASE", "TO", "TARGETS", "STATE", "RETRIEVED", "ENDS"});
  bool is_empty = true;
  SP_TRY(for_each_page(listing.store, listing.filter, [&](const auto& page) {
    for (const GrantWithAccounts& grant : page) {
      const Grant& g = grant.grant;
      table.add({g.id.str(), g.case_ref.str(), g.recipient.str(), target_names(grant),
                 std::string(state_of(grant, listing.now)), retrieved_word(grant),
                 both_times(g.ended_at.value_or(counting_end(g, grant.accounts).at))});
    }
    is_empty = false;
    return context.terminal.print(table.take_page());
  }));
  if (is_empty) {
    context.terminal.note(listing.filter.include == GrantFilter::Include::open ? "no open grants"
                                                                               : "no grants");
  }
  return {};
}

Result<void> print_list_json(Context& context, const Listing& listing) {
  SP_TRY(context.terminal.print(list_json_head(listing.overdue)));
  std::string separator;
  SP_TRY(for_each_page(listing.store, listing.filter, [&](const auto& page) {
    std::string lines;
    for (const GrantWithAccounts& grant : page) {
      lines += separator + list_json_row(grant, listing.now);
      separator = ",\n";
    }
    return context.terminal.print(lines);
  }));
  return context.terminal.print(list_json_tail());
}

Result<ExitStatus> run_list(Context& context, const ListOptions& options) {
  SP_ASSIGN(GrantFilter filter, parse_filter(options.filter));
  filter.include = options.all ? GrantFilter::Include::all : GrantFilter::Include::open;
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const service::ClockGuard* clock, session.clock());
  const Timestamp now = clock->now();
  SP_ASSIGN(const Overdue overdue, store->overdue(now));
  const Listing listing{*store, std::move(filter), now, overdue};
  SP_TRY(context.options.json ? print_list_json(context, listing) : print_table(context, listing));
  if (overdue.accounts > 0) {
    context.terminal.note(describe(overdue));
    return ExitStatus::pending;
  }
  return ExitStatus::ok;
}

}  // namespace

void add_list_command(Command& app, Context& context) {
  auto options = std::make_shared<ListOptions>();
  auto command = app.subcommand("list", "list the grants; tells of anything overdue");
  command.flag("--all", options->all, "also those whose accounts are all gone");
  add_filter_options(command, options->filter);
  command.runs(context, [options, &context] { return run_list(context, *options); });
}

}  // namespace stagepass::cli
