// stagepass receipt GRANT: the signed statement that a grant's accounts are gone.
// stagepass receipt verify FILE --key KEY: is such a statement genuine? Needs no vault.
#include "cli/commands.hpp"
#include "cli/file_input.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/verifier_key_input.hpp"

#include <stagepass/service/receipt.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestReceipt = 64UL * 1024;
constexpr std::string_view kVerify = "verify";

struct ReceiptOptions {
  std::vector<std::string> words;
  std::optional<std::string> target;
  std::optional<std::string> key;
};

Failure misuse(const char* what) {
  return fail(Errc::invalid_argument, what,
              "stagepass receipt GRANT, or stagepass receipt verify FILE --key KEY");
}

Result<ExitStatus> print_receipt(Context& context, const ReceiptOptions& options) {
  if (options.words.size() != 1 || options.key) {
    return misuse("a receipt is of one grant, and only verifying needs a key");
  }
  SP_ASSIGN(const GrantId id, GrantId::parse(options.words.front()));
  std::optional<TargetName> only;
  if (options.target) {
    SP_ASSIGN(only, TargetName::parse(*options.target));
  }
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  SP_ASSIGN(const std::string receipt, service::receipt_of(workspace, id, only));
  SP_TRY(context.terminal.print(
      context.options.json ? receipt_json(id, receipt, workspace.vault.verifier_key()) : receipt));
  return ExitStatus::ok;
}

Result<ExitStatus> verify_receipt(Context& context, const ReceiptOptions& options) {
  if (options.words.size() != 2 || !options.key || options.target) {
    return misuse("to verify a receipt takes its file and the key of the vault that signed it");
  }
  SP_ASSIGN(const vault::VerifierKey key, read_verifier_key(*options.key));
  SP_ASSIGN(const Secret note, read_input(options.words.back(), "the receipt", kLongestReceipt));
  SP_ASSIGN(const std::string text, vault::open_note(note.reveal_text(), key));
  SP_TRY(
      context.terminal.print(context.options.json ? verified_receipt_json(text, key.name) : text));
  context.terminal.note(fmt::format("genuine: signed by {}", key.name));
  return ExitStatus::ok;
}

Result<ExitStatus> run_receipt(Context& context, const ReceiptOptions& options) {
  return options.words.front() == kVerify ? verify_receipt(context, options)
                                          : print_receipt(context, options);
}

}  // namespace

void add_receipt_command(Command& app, Context& context) {
  auto options = std::make_shared<ReceiptOptions>();
  auto command = app.subcommand("receipt", "print the signed proof that a grant is gone");
  command.arguments("GRANT", options->words, Need::required, "the grant's id; or: verify FILE");
  command.option("--target TARGET", options->target, "only of the account on this target");
  command.option("--key KEY", options->key,
                 "to verify: what `stagepass keys show` prints, or a file with it");
  command.footer(
      "stagepass receipt GRANT > receipt.txt\n"
      "stagepass receipt verify receipt.txt --key stagepass/…+…+…    needs no vault; - is stdin\n");
  command.runs(context, [options, &context] { return run_receipt(context, *options); });
}

}  // namespace stagepass::cli
