// stagepass keys export and import: the key file for a safe, under a passphrase of its own. Not the
// keyring: a copy of it would open older copies of the vault after a rotation has destroyed their key.
#include "cli/file_input.hpp"
#include "cli/keys_commands.hpp"
#include "cli/new_passphrase.hpp"
#include "cli/secret_input.hpp"
#include "cli/session.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>
#include <stagepass/vault/key_export.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestExport = 4096;

struct FileOptions {
  std::string file;
};

Result<ExitStatus> run_export(Context& context, const FileOptions& options) {
  Session session(context);
  SP_ASSIGN(const vault::FileKey key, session.read_key());
  SP_ASSIGN(system::PrivateFile file, system::PrivateFile::create(options.file));
  SP_ASSIGN(const Secret passphrase, given_or_new_passphrase(context));
  context.terminal.step("deriving the key from the passphrase");
  SP_ASSIGN(const Secret text, vault::encode_key_export(key, passphrase, {}, session.random()));
  SP_TRY(file.write(text.reveal()));
  SP_TRY(file.publish());
  context.terminal.clear_progress();
  context.terminal.note(
      fmt::format("the key is in {}, sealed with that passphrase; keep both, apart",
                  escape_untrusted(options.file)));
  return ExitStatus::ok;
}

Result<void> refuse_existing(const std::filesystem::path& key_file) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(key_file, ignored))) {
    return {};
  }
  return fail(Errc::conflict,
              fmt::format("the key file {} exists already", stagepass::quoted(key_file.string())),
              "it may be the only key of another vault: choose another one with --key-file");
}

Result<ExitStatus> run_import(Context& context, const FileOptions& options) {
  SP_ASSIGN(const Locations at, find_locations(context.options.home, context.options.key_file));
  SP_TRY(refuse_existing(at.key_file));
  SP_ASSIGN(const Secret text, read_input(options.file, "the export", kLongestExport));
  SP_ASSIGN(const Secret passphrase, is_passphrase_given(context)
                                         ? read_passphrase(context)
                                         : context.terminal.ask_secret("passphrase of the export"));
  context.terminal.step("deriving the key from the passphrase");
  SP_ASSIGN(const vault::FileKey key, vault::decode_key_export(text, passphrase));
  SP_TRY(vault::write_key_file(at.key_file, key));
  context.terminal.clear_progress();
  context.terminal.note(fmt::format("key file {} made", escape_untrusted(at.key_file.string())));
  return ExitStatus::ok;
}

}  // namespace

void add_key_export_commands(Command& keys, Context& context) {
  auto out = std::make_shared<FileOptions>();
  auto exporting =
      keys.subcommand("export", "write the key file's key to a file, sealed with a passphrase");
  exporting.argument("FILE", out->file, "a file that does not exist yet");
  exporting.footer(
      "The passphrase is the export's own: asked for, or read from --passphrase-file or "
      "--passphrase-fd. The keyring is not exported: a copy of it would undo its rotation.");
  exporting.runs(context, [out, &context] { return run_export(context, *out); });

  auto in = std::make_shared<FileOptions>();
  auto importing =
      keys.subcommand("import", "make the key file from an export, where there is none");
  importing.argument("FILE", in->file, "what `stagepass keys export` has written");
  importing.runs(context, [in, &context] { return run_import(context, *in); });
}

}  // namespace stagepass::cli
