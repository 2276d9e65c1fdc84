// stagepass keys change-passphrase: another passphrase, or the first one, and all keys anew.
#include "cli/describe.hpp"
#include "cli/keys_commands.hpp"
#include "cli/new_passphrase.hpp"
#include "cli/session.hpp"

#include <stagepass/service/key_rotation.hpp>
#include <stagepass/vault/vault.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace stagepass::cli {
namespace {

struct ChangeOptions {
  std::optional<std::string> new_file;
};

Result<ExitStatus> run_change(Context& context, const ChangeOptions& options) {
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  // The old one first: who does not know it is not asked for a new one.
  SP_TRY(workspace.vault.unlock());
  SP_ASSIGN(const Secret passphrase, options.new_file ? read_new_passphrase(*options.new_file)
                                                      : ask_new_passphrase(context));
  context.terminal.step("deriving the key from the new passphrase");
  SP_ASSIGN(const VaultRecord record, workspace.store.vault());
  SP_ASSIGN(const vault::FileKey key, session.read_key());
  SP_ASSIGN(const auto parameters, vault::Vault::create_parameters(
                                       record.vault_id, key, &passphrase, {}, session.random()));
  SP_ASSIGN(vault::Vault next,
            session.open_with(parameters, [&] { return Result<Secret>(passphrase.clone()); }));
  SP_ASSIGN(const service::Rotation rotation, service::change_passphrase(workspace, next));
  context.terminal.clear_progress();
  context.terminal.note("the new passphrase counts from now on, the old one opens nothing");
  context.terminal.note(describe(rotation));
  return ExitStatus::ok;
}

}  // namespace

void add_change_passphrase_command(Command& keys, Context& context) {
  auto options = std::make_shared<ChangeOptions>();
  auto command =
      keys.subcommand("change-passphrase", "give the vault another passphrase, or its first one");
  command.option("--new-passphrase-file FILE", options->new_file,
                 "read the new passphrase from a file");
  command.runs(context, [options, &context] { return run_change(context, *options); });
}

}  // namespace stagepass::cli
