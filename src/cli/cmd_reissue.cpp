// stagepass reissue GRANT: other credentials for the same accounts, and the old ones count no more.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/handoff_output.hpp"
#include "cli/json_output.hpp"
#include "cli/public_key_input.hpp"
#include "cli/seal_options.hpp"
#include "cli/session.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/handoff_service.hpp>
#include <stagepass/service/reissue_service.hpp>

#include <fmt/format.h>

#include <memory>

namespace stagepass::cli {
namespace {

struct ReissueOptions {
  std::string grant;
  std::optional<std::string> ssh_key;
  SealOptions seal;
};

Result<service::ReissueRequest> parse_request(const ReissueOptions& options) {
  SP_ASSIGN(const GrantId id, GrantId::parse(options.grant));
  SP_TRY(check(options.seal));
  service::ReissueRequest request{id};
  if (options.ssh_key) {
    SP_ASSIGN(request.public_key, read_public_key(*options.ssh_key));
  }
  return request;
}

/// The datum of a reissue: the grant's id, or with --seal the block.
Result<void> print_reissue(Context& context, service::Workspace& workspace,
                           const GrantWithAccounts& made, const ReissueOptions& options) {
  const std::string& id = made.grant.id.str();
  const Timestamp end = counting_end(made.grant, made.accounts).at;
  context.terminal.note(
      fmt::format("{}: the old credentials do not work any more; the new ones do, until {}", id,
                  both_times(end)));
  if (options.seal.wanted) {
    auto sealed = hand_off(context, workspace, {made.grant.id, std::nullopt, options.seal.keys()},
                           options.seal.file);
    return sealed ? sealed
                  : fail(sealed.error().code,
                         fmt::format("{} has new credentials, and they could not be sealed: {}", id,
                                     sealed.error().message),
                         fmt::format("stagepass handoff {}", id));
  }
  context.terminal.note(
      fmt::format("they are shown once: stagepass handoff {0}, or retrieve {0}", id));
  return context.terminal.print(context.options.json ? grant_json(made, workspace.clock.now())
                                                     : id + "\n");
}

Result<ExitStatus> run_reissue(Context& context, const ReissueOptions& options) {
  SP_ASSIGN(const auto request, parse_request(options));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  if (options.seal.wanted) {
    SP_ASSIGN(const GrantWithAccounts found, workspace.store.grant(request.grant));
    SP_TRY(service::HandoffService(workspace).require_sealable(found.grant.recipient,
                                                               options.seal.keys()));
  }
  const auto made = service::ReissueService(workspace).reissue(request, context.terminal);
  context.terminal.clear_progress();
  if (!made) {
    return fail(made.error());
  }
  SP_TRY(print_reissue(context, workspace, *made, options));
  return ExitStatus::ok;
}

}  // namespace

void add_reissue_command(Command& app, Context& context) {
  auto options = std::make_shared<ReissueOptions>();
  auto command = app.subcommand("reissue", "replace the credentials of a grant by new ones");
  command.argument("GRANT", options->grant, "the grant's id");
  command.option("--ssh-key FILE", options->ssh_key,
                 "the specialist's public key from now on; - is stdin");
  add_seal_options(command, options->seal);
  command.footer(
      "for credentials that were lost, or that somebody else may have seen: nothing is shown "
      "twice\n"
      "on each target the old password and every session end before the new one opens; an SSH key "
      "that was\ngiven with the grant counts no more unless it is given again\n"
      "the user names and the end stay\n");
  command.runs(context, [options, &context] { return run_reissue(context, *options); });
}

}  // namespace stagepass::cli
