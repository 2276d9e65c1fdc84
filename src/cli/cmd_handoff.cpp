// stagepass handoff GRANT: the credentials of a grant as a block that only its specialist can open.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/handoff_output.hpp"
#include "cli/seal_options.hpp"
#include "cli/session.hpp"

#include <stagepass/service/handoff_service.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kPassphraseWords = 8;

struct HandoffOptions {
  std::string grant;
  std::optional<std::string> target;
  std::optional<std::string> file;
  bool unconfirmed = false;
  bool passphrase = false;
};

Result<ExitStatus> run_handoff(Context& context, const HandoffOptions& options) {
  SP_ASSIGN(auto grant, GrantId::parse(options.grant));
  SP_ASSIGN(auto target, parse_optional<TargetName>(options.target));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  service::HandoffRequest request{std::move(grant), std::move(target),
                                  counting_keys(options.unconfirmed)};
  if (!options.passphrase) {
    SP_TRY(hand_off(context, workspace, request, options.file));
    return ExitStatus::ok;
  }
  SP_ASSIGN(auto generator, vault::PassphraseGenerator::make(kPassphraseWords, session.random()));
  const Secret passphrase = generator.generate();
  request.passphrase = &passphrase;
  SP_TRY(hand_off(context, workspace, request, options.file));
  return ExitStatus::ok;
}

}  // namespace

void add_handoff_command(Command& app, Context& context) {
  auto options = std::make_shared<HandoffOptions>();
  auto command =
      app.subcommand("handoff", "seal the credentials of a grant for its specialist, once");
  command.argument("GRANT", options->grant, "the grant's id");
  command.option("--target TARGET", options->target, "only the credential on this target");
  command.option("--out FILE", options->file, "write the block to a new file");
  command.flag("--unconfirmed", options->unconfirmed,
               "also for keys whose words nobody has compared");
  command.flag("--passphrase", options->passphrase,
               "seal with a passphrase, shown on the terminal, for somebody without a key");
  command.footer(
      "the block may stand in a ticket: it opens with `stagepass open`, or with `age -d`\n");
  command.runs(context, [options, &context] { return run_handoff(context, *options); });
}

}  // namespace stagepass::cli
