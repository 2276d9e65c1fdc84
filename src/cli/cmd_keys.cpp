// stagepass keys show: the public key that receipts of this vault verify with.
#include "cli/commands.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

namespace stagepass::cli {
namespace {

Result<ExitStatus> run_show(Context& context) {
  Session session(context);
  SP_ASSIGN(const auto workspace, session.workspace());
  const vault::VerifierKey key = workspace.vault.verifier_key();
  const bool has_passphrase = workspace.vault.needs_passphrase();
  if (context.options.json) {
    SP_TRY(context.terminal.print(keys_json(key, has_passphrase)));
    return ExitStatus::ok;
  }
  context.terminal.note(has_passphrase ? "the vault opens with its key file and a passphrase"
                                       : "the vault opens with its key file");
  context.terminal.note("its receipts verify with this key, which is no secret:");
  SP_TRY(context.terminal.print(vault::encode_verifier_key(key) + "\n"));
  return ExitStatus::ok;
}

}  // namespace

void add_keys_command(Command& app, Context& context) {
  auto keys = app.subcommand("keys", "the keys of the vault");
  keys.subcommand("show", "print the public key that receipts verify with")
      .runs(context, [&context] { return run_show(context); });
}

}  // namespace stagepass::cli
