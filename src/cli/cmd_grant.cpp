// stagepass grant TARGET… --case REF --to NAME [--for 8h | --until TIME]: time-limited access.
#include "cli/arguments.hpp"
#include "cli/basics_input.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/public_key_input.hpp"
#include "cli/session.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/case_service.hpp>
#include <stagepass/service/confirmation.hpp>
#include <stagepass/service/grant_service.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

struct GrantOptions {
  std::vector<std::string> targets;
  std::string case_ref;
  std::string recipient;
  EndArguments end;
  std::optional<std::string> ssh_key;
  bool no_password = false;
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

Result<service::GrantRequest> parse_request(const GrantOptions& options, const Policy& policy) {
  SP_ASSIGN(auto targets, parse_targets(options.targets));
  SP_ASSIGN(auto case_ref, CaseRef::parse(options.case_ref));
  SP_ASSIGN(auto recipient, RecipientName::parse(options.recipient));
  SP_ASSIGN(const auto end, parse_end(options.end));
  std::optional<SshPublicKey> public_key;
  if (options.ssh_key) {
    SP_ASSIGN(public_key, read_public_key(*options.ssh_key));
  }
  if (options.no_password && !public_key) {
    return fail(Errc::invalid_argument, "--no-password leaves no way to log in without a key",
                "give the specialist's public key with --ssh-key FILE");
  }
  using Password = service::GrantRequest::Password;
  return service::GrantRequest{
      std::move(targets),    std::move(case_ref),
      std::move(recipient),  end.value_or(policy.standard),
      std::move(public_key), options.no_password ? Password::no : Password::yes};
}

Result<void> print_grant(Context& context, const GrantWithAccounts& made, Timestamp now) {
  const std::string& id = made.grant.id.str();
  if (context.options.json) {
    SP_TRY(context.terminal.print(grant_json(made, now)));
  }
  context.terminal.note(fmt::format("{}: {} has access to {} until {}", id,
                                    made.grant.recipient.str(), target_names(made),
                                    both_times(made.grant.expires_at)));
  context.terminal.note(fmt::format("the credential is shown once: stagepass retrieve {}", id));
  context.terminal.note(fmt::format("when the work is over: stagepass finish {}", id));
  return context.options.json ? Result<void>() : context.terminal.print(id + "\n");
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
        account.target.str(), both_times(account.ends_at), grant.id.str()));
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

Result<ExitStatus> run_grant(Context& context, const GrantOptions& options) {
  Session session(context);
  SP_ASSIGN(const auto request, parse_request(options, Policy{}));
  SP_ASSIGN(auto workspace, session.workspace());
  warn_of_unrehearsed(context, workspace, request.targets);
  const auto made = service::GrantService(workspace).grant(request, context.terminal);
  context.terminal.clear_progress();
  if (!made) {
    return fail(made.error());
  }
  SP_TRY(print_grant(context, *made, workspace.clock.now()));
  SP_TRY(tell_what_is_by_hand(context, workspace, made->grant));
  tell_missing_basics(context, workspace, made->grant.case_ref);
  return ExitStatus::ok;
}

}  // namespace

void add_grant_command(Command& app, Context& context) {
  auto options = std::make_shared<GrantOptions>();
  auto command = app.subcommand("grant", "give a specialist access to targets for a limited time");
  command.arguments("TARGET", options->targets, Need::required, "one or more targets");
  command.required_option("--case REF", options->case_ref, "the support ticket");
  command.required_option("--to NAME", options->recipient,
                          "the specialist: a short name or e-mail address");
  add_end_options(command, options->end);
  command.option("--ssh-key FILE", options->ssh_key, "the specialist's public key; - is stdin");
  command.flag("--no-password", options->no_password, "log in with the key only");
  command.footer("without --for and --until a grant ends after " +
                 format_duration(Policy{}.standard));
  command.runs(context, [options, &context] { return run_grant(context, *options); });
}

}  // namespace stagepass::cli
