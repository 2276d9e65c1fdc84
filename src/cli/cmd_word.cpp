// stagepass done and stagepass compromised: what a specialist says of an access, proven by the block that he could open.
// Needs no vault.
#include "cli/block_input.hpp"
#include "cli/commands.hpp"
#include "cli/json_output.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/handoff/document.hpp>
#include <stagepass/handoff/word.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

/// Whoever has sealed the block has written these: they are read as what they must be.
Result<handoff::Word> word_about(const handoff::Document& document, handoff::Saying says,
                                 Timestamp now) {
  SP_ASSIGN(GrantId grant, GrantId::parse(document.grant));
  SP_ASSIGN(CaseRef case_ref, CaseRef::parse(document.case_ref));
  SP_ASSIGN(RecipientName by, RecipientName::parse(document.recipient));
  return handoff::Word{std::move(grant), std::move(case_ref), says, now, std::move(by)};
}

Failure no_token(const handoff::Document& document) {
  return fail(Errc::invalid_argument,
              "the block was sealed by an earlier version, and holds nothing to prove a word with",
              fmt::format("say it in {} in your own words; the merchant ends the access with: "
                          "stagepass finish {}",
                          escape_untrusted(document.case_ref), escape_untrusted(document.grant)));
}

void tell_what_is_next(Context& context, const handoff::Word& word) {
  context.terminal.note(
      fmt::format("paste this into {}: it ends nothing by itself, the merchant does with it: "
                  "stagepass finish -",
                  word.case_ref.str()));
  if (word.says == handoff::Saying::compromised) {
    context.terminal.note(
        "call him as well, now: until then whoever has the credential can log in");
  }
}

Result<ExitStatus> run_word(Context& context, const BlockArguments& arguments,
                            handoff::Saying says) {
  SP_ASSIGN(const Secret content, open_block(context, arguments));
  SP_ASSIGN(const handoff::Document document, handoff::read_document(content));
  if (!document.word_token) {
    return no_token(document);
  }
  SP_ASSIGN(const handoff::Word word, word_about(document, says, context.machine_clock.now()));
  const std::string text = handoff::write_word(word, *document.word_token);
  SP_TRY(context.terminal.print(context.options.json ? word_json(text) : text));
  tell_what_is_next(context, word);
  return ExitStatus::ok;
}

void add_word_command(Command& app, Context& context, handoff::Saying says, const char* summary) {
  auto arguments = std::make_shared<BlockArguments>();
  auto command = app.subcommand(std::string(to_string(says)), summary);
  add_block_options(command, *arguments);
  command.footer(
      "prints a text for the ticket that only somebody who can open the block could "
      "write;\nneeds no vault\n");
  command.runs(context,
               [arguments, says, &context] { return run_word(context, *arguments, says); });
}

}  // namespace

void add_done_command(Command& app, Context& context) {
  add_word_command(app, context, handoff::Saying::done,
                   "say that the work is over, with the block as proof");
}

void add_compromised_command(Command& app, Context& context) {
  add_word_command(app, context, handoff::Saying::compromised,
                   "say that somebody else may have the credentials");
}

}  // namespace stagepass::cli
