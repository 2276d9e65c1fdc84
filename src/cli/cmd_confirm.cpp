// stagepass confirm GRANT: a person says that accounts which stagepass cannot reach were deleted by hand.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/confirmation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

struct ConfirmOptions {
  std::string grant;
  std::optional<std::string> target;
  bool yes = false;
};

using service::AccountByHand;

bool is_open(const AccountByHand& each) {
  return each.account.state != AccountState::gone;
}

Result<std::vector<AccountByHand>> find_accounts(service::Workspace& workspace,
                                                 const ConfirmOptions& options) {
  SP_ASSIGN(const GrantId id, GrantId::parse(options.grant));
  SP_ASSIGN(const auto only, parse_optional<TargetName>(options.target));
  SP_ASSIGN(auto found, service::accounts_by_hand(workspace, id, only));
  if (found.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("{} has no account{} that is made and deleted by hand", id.str(),
                            only ? " on " + only->str() : ""),
                fmt::format("stagepass finish {} ends it, and looks whether it is gone", id.str()));
  }
  return found;
}

// A word that nobody gave would be worth nothing.
Result<void> ask_for_the_word(Context& context, const ConfirmOptions& options,
                              const std::vector<AccountByHand>& found) {
  const auto open = std::count_if(found.begin(), found.end(), is_open);
  if (options.yes || open == 0) {
    return {};
  }
  if (!context.terminal.can_ask()) {
    return fail(Errc::invalid_argument, "a person must say so, and nobody can be asked",
                "say --yes if you have deleted it yourself, or have seen that it is gone");
  }
  for (const AccountByHand& each : found) {
    if (is_open(each)) {
      context.terminal.detail(fmt::format("{} on {}, {}", each.account.user_name.str(),
                                          each.account.target.str(), escape_untrusted(each.where)));
    }
  }
  SP_ASSIGN(const bool agreed, context.terminal.confirm(open == 1 ? "was it deleted there?"
                                                                  : "were they all deleted "
                                                                    "there?"));
  return agreed ? Result<void>() : fail(Errc::aborted, "nothing was confirmed");
}

struct Confirmed {
  std::vector<service::AccountOutcome> outcomes;
  std::optional<Error> problem;  ///< the first word that was not taken; the others may have been
};

Confirmed confirm_all(service::Workspace& workspace, const std::vector<AccountByHand>& found) {
  Confirmed all;
  for (const AccountByHand& each : found) {
    auto outcome = service::confirm_deletion(workspace, each.account);
    if (outcome) {
      all.outcomes.push_back(*std::move(outcome));
    } else if (!all.problem) {
      all.problem = std::move(outcome).error();
    }
  }
  return all;
}

Result<ExitStatus> run_confirm(Context& context, const ConfirmOptions& options) {
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  SP_ASSIGN(const auto found, find_accounts(workspace, options));
  SP_TRY(ask_for_the_word(context, options, found));
  const auto [outcomes, problem] = confirm_all(workspace, found);
  for (const auto& outcome : outcomes) {
    context.terminal.note(describe(outcome));
  }
  if (context.options.json) {
    SP_TRY(context.terminal.print(confirm_json(outcomes)));
  }
  if (problem) {
    return fail(*problem);
  }
  const auto is_pending = [](const auto& outcome) { return outcome.problem.has_value(); };
  return std::any_of(outcomes.begin(), outcomes.end(), is_pending) ? ExitStatus::pending
                                                                   : ExitStatus::ok;
}

}  // namespace

void add_confirm_command(Command& app, Context& context) {
  auto options = std::make_shared<ConfirmOptions>();
  auto command =
      app.subcommand("confirm", "say that accounts of manual targets were deleted by hand");
  command.argument("GRANT", options->grant, "the grant's id");
  command.option("--target TARGET", options->target, "only the account on this target");
  command.flag("--yes", options->yes, "say so without being asked");
  command.footer(
      "where the target has the setting login, the old password must be refused there first\n");
  command.runs(context, [options, &context] { return run_confirm(context, *options); });
}

}  // namespace stagepass::cli
