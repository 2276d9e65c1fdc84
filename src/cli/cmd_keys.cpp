// stagepass keys: what the vault's keys are, and renewing them.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/keys_commands.hpp"
#include "cli/session.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/key_rotation.hpp>
#include <stagepass/vault/webhook_signature.hpp>

#include <fmt/format.h>

namespace stagepass::cli {
namespace {

void tell_keyring(Terminal& terminal, const std::string& place,
                  const Result<service::KeysInUse>& keys) {
  if (!keys) {
    terminal.error(keys.error());
    return;
  }
  terminal.note(fmt::format("keyring {}: epoch {}, since {}", escape_untrusted(place),
                            keys->newest.number, both_times(keys->newest.made_at)));
  for (const auto& [epoch, count] : keys->secrets) {
    const std::string of_epoch = fmt::format("of epoch {}", epoch);
    terminal.note(fmt::format("live credentials {}: {}",
                              epoch == 0 ? "from before there were epochs" : of_epoch, count));
  }
  if (keys->unreadable > 0) {
    terminal.note(
        fmt::format("{} of them open no more: their epoch was destroyed; revoke their "
                    "grants and grant again",
                    keys->unreadable));
  }
  if (keys->is_rotating) {
    terminal.note("a rotation is under way, or was cut off: the next purge finishes it");
  }
}

Result<ExitStatus> run_show(Context& context) {
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  const vault::VerifierKey key = workspace.vault.verifier_key();
  const bool has_passphrase = workspace.vault.needs_passphrase();
  const std::string place = workspace.vault.keyring_name();
  const auto keys = service::keys_in_use(workspace);
  if (context.options.json) {
    SP_TRY(context.terminal.print(keys_json(key, has_passphrase, place, keys)));
    return ExitStatus::ok;
  }
  context.terminal.note(has_passphrase ? "the vault opens with its key file and a passphrase"
                                       : "the vault opens with its key file");
  tell_keyring(context.terminal, place, keys);
  context.terminal.note("its webhooks verify with " + vault::encode_webhook_key(key));
  context.terminal.note("its receipts verify with this key, which is no secret:");
  SP_TRY(context.terminal.print(vault::encode_verifier_key(key) + "\n"));
  return ExitStatus::ok;
}

Result<ExitStatus> run_rotate(Context& context) {
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  context.terminal.step("wrapping every live credential anew");
  SP_ASSIGN(const service::Rotation rotation, service::rotate_keys(workspace));
  context.terminal.clear_progress();
  context.terminal.note(describe(rotation));
  if (context.options.json) {
    SP_TRY(context.terminal.print(rotation_json(rotation)));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_keys_command(Command& app, Context& context) {
  auto keys = app.subcommand("keys", "the keys of the vault");
  keys.subcommand("show", "print the public key that receipts verify with, and the keyring's state")
      .runs(context, [&context] { return run_show(context); });
  keys.subcommand("rotate",
                  "renew the keys now: no older copy of the vault gives a credential away after it")
      .runs(context, [&context] { return run_rotate(context); });
  add_change_passphrase_command(keys, context);
  add_key_export_commands(keys, context);
}

}  // namespace stagepass::cli
