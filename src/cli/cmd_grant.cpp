// stagepass grant TARGET… --case REF --to NAME [--for 8h | --until TIME]: time-limited access.
#include "cli/approval_input.hpp"
#include "cli/arguments.hpp"
#include "cli/basics_input.hpp"
#include "cli/commands.hpp"
#include "cli/decision_output.hpp"
#include "cli/describe.hpp"
#include "cli/handoff_output.hpp"
#include "cli/json_output.hpp"
#include "cli/public_key_input.hpp"
#include "cli/request_input.hpp"
#include "cli/seal_options.hpp"
#include "cli/session.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/case_service.hpp>
#include <stagepass/service/confirmation.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/handoff_service.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

struct GrantOptions {
  std::vector<std::string> targets;
  std::optional<std::string> case_ref;
  std::optional<std::string> recipient;
  std::optional<std::string> request;
  EndArguments end;
  ClockArguments clocks;
  std::optional<std::string> ssh_key;
  bool no_password = false;
  SealOptions seal;
  bool in_quiet_hours = false;
  std::optional<std::string> approval;
  std::optional<std::string> backup;
  bool accept_risk = false;
};

Result<std::vector<TargetName>> parse_targets(const std::vector<std::string>& texts) {
  std::vector<TargetName> targets;
  for (const auto& text : texts) {
    SP_ASSIGN(TargetName target, TargetName::parse(text));
    if (std::find(targets.begin(), targets.end(), target) != targets.end()) {
      return fail(Errc::invalid_argument, fmt::format("target {} is given twice", target.str()));
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

Result<service::LiveAccess> parse_live(const GrantOptions& options) {
  service::LiveAccess live;
  if (options.approval) {
    SP_ASSIGN(live.approval, read_approval_file(*options.approval));
  }
  if (options.backup) {
    SP_ASSIGN(live.backup, service::parse_backup(*options.backup));
  }
  using Risk = service::LiveAccess::Risk;
  live.risk = options.accept_risk ? Risk::accepted : Risk::not_accepted;
  return live;
}

using Asked = std::optional<handoff::AccessRequest>;

/// What the options say comes before what was asked for: the merchant decides.
Result<service::GrantRequest> parse_request(const GrantOptions& options, const Asked& asked) {
  SP_ASSIGN(auto targets, parse_targets(options.targets));
  SP_ASSIGN(auto case_ref, parse_optional<CaseRef>(options.case_ref));
  SP_ASSIGN(auto recipient, parse_optional<RecipientName>(options.recipient));
  SP_ASSIGN(const auto end, parse_end(options.end));
  if (!asked && (!case_ref || !recipient)) {
    return fail(Errc::invalid_argument, case_ref ? "--to is required" : "--case is required",
                "stagepass grant TARGET… --case REF --to NAME, or --request FILE");
  }
  std::optional<SshPublicKey> public_key;
  if (options.ssh_key) {
    SP_ASSIGN(public_key, read_public_key(*options.ssh_key));
  }
  SP_TRY(check(options.seal));
  if (options.no_password && !public_key) {
    return fail(Errc::invalid_argument, "--no-password leaves no way to log in without a key",
                "give the specialist's public key with --ssh-key FILE");
  }
  if (options.seal.wanted && options.clocks.any()) {
    return fail(
        Errc::invalid_argument,
        "--retrieve-by and --work-for look at when it is retrieved: with --seal that is now, "
        "for nobody can see when a block is opened",
        "use --for alone, or make the grant first and seal it later: stagepass handoff GRANT");
  }
  SP_ASSIGN(auto live, parse_live(options));
  using Password = service::GrantRequest::Password;
  service::GrantRequest request{std::move(targets),
                                case_ref ? *std::move(case_ref) : asked->case_ref,
                                recipient ? *std::move(recipient) : asked->who,
                                end || !asked ? end : service::End(asked->life),
                                std::move(public_key),
                                options.no_password ? Password::no : Password::yes};
  request.quiet_hours = options.in_quiet_hours ? QuietHoursAreMeant::yes : QuietHoursAreMeant::no;
  request.live = std::move(live);
  SP_TRY(parse_clocks(options.clocks, request));
  return request;
}

void tell_grant(Context& context, const GrantWithAccounts& made, const GrantOptions& options) {
  const std::string& id = made.grant.id.str();
  context.terminal.note(fmt::format("{}: {} has access to {} until {}", id,
                                    made.grant.recipient.str(), target_names(made),
                                    both_times(made.grant.expires_at)));
  if (const std::string clocks = describe_clocks(made.grant);
      !clocks.empty() && !options.seal.wanted) {
    context.terminal.note(clocks);
  }
  context.terminal.note(fmt::format("when the work is over: stagepass finish {}", id));
}

/// The datum of a grant: its id, or with --seal the block.
Result<void> print_grant(Context& context, service::Workspace& workspace,
                         const GrantWithAccounts& made, const GrantOptions& options) {
  const GrantId& id = made.grant.id;
  if (options.seal.wanted) {
    auto sealed =
        hand_off(context, workspace, {id, std::nullopt, options.seal.keys()}, options.seal.file);
    return sealed ? sealed
                  : fail(sealed.error().code,
                         fmt::format("{} is made, and could not be sealed: {}", id.str(),
                                     sealed.error().message),
                         fmt::format("stagepass handoff {0}, or take it back: stagepass revoke {0}",
                                     id.str()));
  }
  context.terminal.note(fmt::format(
      "the credential is shown once: stagepass handoff {0}, or retrieve {0}", id.str()));
  return context.terminal.print(context.options.json ? grant_json(made, workspace.clock.now())
                                                     : id.str() + "\n");
}

/// What stagepass cannot do itself, said to whom it falls to.
Result<void> tell_what_is_by_hand(Context& context, service::Workspace& workspace,
                                  const Grant& grant) {
  SP_ASSIGN(const auto by_hand, service::accounts_by_hand(workspace, grant.id, std::nullopt));
  for (const auto& [account, where] : by_hand) {
    context.terminal.note(
        fmt::format("{}: make this user by hand: {} at {}; its password comes with stagepass "
                    "retrieve, and other than this one it must not have",
                    account.target.str(), account.user_name.str(), escape_untrusted(where)));
    context.terminal.note(fmt::format(
        "{}: delete it by hand when the grant ends, at the latest {}, then: stagepass confirm {}",
        account.target.str(), both_times(account.expires_at), grant.id.str()));
  }
  return {};
}

/// The grant is made by now, so nothing here fails it.
void tell_missing_basics(Context& context, service::Workspace& workspace, const CaseRef& ref) {
  const auto found = service::CaseService(workspace).find(ref);
  const std::string text =
      found ? describe_missing(found->value_or(Case{ref, {}})) : std::string(found.error().message);
  if (!text.empty()) {
    context.terminal.note(text);
  }
}

/// What was never seen to end may not end: said before the account is made, in time to stop.
void warn_of_unrehearsed(Context& context, service::Workspace& workspace,
                         const std::vector<TargetName>& names) {
  for (const TargetName& name : names) {
    const auto target = workspace.store.target(name);
    if (target && !target->rehearsed_at &&
        !service::is_kept_by_hand(workspace, *target).value_or(false)) {
      context.terminal.note(
          fmt::format("{0} was never rehearsed, so nobody has seen yet that its accounts end: "
                      "stagepass target rehearse {0}",
                      name.str()));
    }
  }
}

/// A request is shown, and its key is taken for whom the grant is for.
Result<void> take_request(Context& context, service::Workspace& workspace,
                          const handoff::AccessRequest& asked,
                          const service::GrantRequest& request) {
  tell_request(context.terminal, asked);
  if (request.recipient != asked.who) {
    return fail(Errc::invalid_argument,
                fmt::format("the request is of {}, and the grant would be to {}", asked.who.str(),
                            request.recipient.str()),
                "leave --to out");
  }
  return take_key_of(context, workspace, asked);
}

Result<Asked> read_asked(const std::optional<std::string>& file) {
  if (!file) {
    return Asked();
  }
  SP_ASSIGN(auto asked, read_access_request(*file));
  return Asked(std::move(asked));
}

Result<ExitStatus> run_grant(Context& context, const GrantOptions& options) {
  Session session(context);
  SP_ASSIGN(const Asked asked, read_asked(options.request));
  SP_ASSIGN(const auto request, parse_request(options, asked));
  SP_ASSIGN(auto workspace, session.workspace_with_policy());
  if (asked) {
    SP_TRY(take_request(context, workspace, *asked, request));
  }
  if (options.seal.wanted) {
    SP_TRY(service::HandoffService(workspace).require_sealable(request.recipient,
                                                               options.seal.keys()));
  }
  warn_of_unrehearsed(context, workspace, request.targets);
  tell_live(context.terminal, request.live);
  const auto made = service::GrantService(workspace).grant(request, context.terminal);
  context.terminal.clear_progress();
  if (!made) {
    return fail(made.error());
  }
  tell_grant(context, *made, options);
  SP_TRY(print_grant(context, workspace, *made, options));
  SP_TRY(tell_what_is_by_hand(context, workspace, made->grant));
  tell_missing_basics(context, workspace, made->grant.case_ref);
  return ExitStatus::ok;
}

/// As `grant` would decide, and nothing else is done.
Result<ExitStatus> run_why_grant(Context& context, const GrantOptions& options) {
  SP_ASSIGN(const Asked asked, read_asked(options.request));
  SP_ASSIGN(const auto request, parse_request(options, asked));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace_with_policy());
  SP_ASSIGN(auto decision, service::GrantService(workspace).decide(request));
  if (options.seal.wanted) {
    if (const auto sealable = service::HandoffService(workspace).require_sealable(
            request.recipient, options.seal.keys());
        !sealable) {
      decision.rules.insert(decision.rules.begin(), refused_by("seal", sealable.error()));
    }
  }
  return print_decision(context, decision);
}

void add_grant_options(Command& command, const std::shared_ptr<GrantOptions>& options) {
  command.arguments("TARGET", options->targets, Need::required, "one or more targets");
  command.option("--case REF", options->case_ref, "the support ticket");
  command.option("--to NAME", options->recipient, "the specialist: a short name or e-mail address");
  command.option("--request FILE", options->request,
                 "what the specialist asked for: gives case, name, time and key; - is stdin");
  add_end_options(command, options->end);
  add_clock_options(command, options->clocks);
  command.option("--ssh-key FILE", options->ssh_key, "the specialist's public key; - is stdin");
  command.flag("--no-password", options->no_password, "log in with the key only");
  add_seal_options(command, options->seal);
  command.option("--approval FILE", options->approval,
                 "for a live shop: what an approver has signed; - is stdin");
  command.option("--backup TEXT", options->backup,
                 "for a live shop: \"where; when; checked by whom\"");
  command.flag("--accept-risk", options->accept_risk,
               "for a live shop: you accept what can happen there");
  command.flag("--in-quiet-hours", options->in_quiet_hours,
               "also in the hours in which the policy makes no grants");
}

}  // namespace

void add_grant_command(Command& app, Context& context) {
  auto options = std::make_shared<GrantOptions>();
  auto command = app.subcommand("grant", "give a specialist access to targets for a limited time");
  add_grant_options(command, options);
  command.footer(fmt::format(
      "without --for and --until a grant ends after {}, unless the policy says otherwise\n"
      "it counts as retrieved when `retrieve` shows it, and when it is sealed (--seal, "
      "`handoff`): nobody can\nsee when a block is opened\n"
      "stagepass why grant … tells what every rule says, and changes nothing\n",
      format_duration(Limits{}.standard)));
  command.runs(context, [options, &context] { return run_grant(context, *options); });
}

void add_why_command(Command& app, Context& context) {
  auto options = std::make_shared<GrantOptions>();
  auto why = app.subcommand("why", "what every rule says to a command, and where it stands");
  auto command = why.subcommand("grant", "to a grant, which is not made");
  add_grant_options(command, options);
  command.footer("exits as that grant would, as far as it is up to the rules\n");
  command.runs(context, [options, &context] { return run_why_grant(context, *options); });
}

}  // namespace stagepass::cli
