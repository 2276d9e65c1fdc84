// stagepass recipient add|list|show|confirm|remove: the keys that hand-offs are sealed for.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/recipient_keys_input.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/recipient_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

struct RecipientOptions {
  std::string name;
  std::vector<std::string> keys;
  std::vector<std::string> words;
};

std::string state_of(const RecipientKey& key) {
  return key.confirmed_at ? "confirmed " + both_times(*key.confirmed_at) + " by " +
                                escape_untrusted(key.confirmed_by)
                          : "not confirmed";
}

void tell_keys(Terminal& terminal, const Recipient& recipient) {
  for (const RecipientKey& key : recipient.keys) {
    terminal.note(fmt::format("{}: {}", state_of(key), escape_untrusted(key.text)));
    terminal.detail(fingerprint_of(key.text));
  }
}

Result<ExitStatus> run_add(Context& context, const RecipientOptions& options) {
  SP_ASSIGN(const auto name, RecipientName::parse(options.name));
  SP_ASSIGN(const auto keys, read_recipient_keys(options.keys));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  SP_ASSIGN(const Recipient recipient, service::RecipientService(workspace).add_keys(name, keys));
  tell_keys(context.terminal, recipient);
  const bool all_confirmed =
      std::all_of(recipient.keys.begin(), recipient.keys.end(),
                  [](const RecipientKey& key) { return key.confirmed_at.has_value(); });
  if (!all_confirmed) {
    context.terminal.note(fmt::format(
        "call {0}, let the eight words be read to you, then: stagepass recipient confirm {0}",
        name.str()));
  }
  if (context.options.json) {
    SP_TRY(context.terminal.print(recipients_json({recipient})));
  }
  return ExitStatus::ok;
}

// Words that were typed, as a fingerprint has them: one blank between, lower case.
std::string as_fingerprint(const std::vector<std::string>& words) {
  std::string text = fmt::format("{}", fmt::join(words, " "));
  std::string clean;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_blank) {
      clean += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!clean.empty() && clean.back() != ' ') {
      clean += ' ';
    }
  }
  return clean.substr(0, clean.find_last_not_of(' ') + 1);
}

Result<ExitStatus> confirm_by_words(service::RecipientService& recipients,
                                    const Recipient& recipient,
                                    const std::vector<std::string>& words) {
  const std::string typed = as_fingerprint(words);
  for (const RecipientKey& key : recipient.keys) {
    if (fingerprint_of(key.text) == typed) {
      SP_TRY(recipients.confirm(recipient.name, key.text));
      return ExitStatus::ok;
    }
  }
  return fail(Errc::not_found, fmt::format("no key of {} has these words", recipient.name.str()),
              "if they were read to you by its owner, the key here is another one: do not use it");
}

Result<ExitStatus> confirm_by_asking(Context& context, service::RecipientService& recipients,
                                     const Recipient& recipient) {
  if (!context.terminal.can_ask()) {
    return fail(
        Errc::invalid_argument, "a person must compare the words, and nobody can be asked",
        fmt::format("stagepass recipient confirm {} WORD… (the eight that were read to you)",
                    recipient.name.str()));
  }
  for (const RecipientKey& key : recipient.keys) {
    if (key.confirmed_at) {
      continue;
    }
    context.terminal.detail(escape_untrusted(key.text));
    context.terminal.detail(fingerprint_of(key.text));
    SP_ASSIGN(const bool same, context.terminal.confirm("did its owner read these words to you?"));
    if (!same) {
      return fail(Errc::aborted, "the key was not confirmed",
                  fmt::format("if the words differ: stagepass recipient remove {} {}",
                              recipient.name.str(), key.text));
    }
    SP_TRY(recipients.confirm(recipient.name, key.text));
  }
  return ExitStatus::ok;
}

Result<ExitStatus> run_confirm(Context& context, const RecipientOptions& options) {
  SP_ASSIGN(const auto name, RecipientName::parse(options.name));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  service::RecipientService recipients(workspace);
  SP_ASSIGN(const Recipient recipient, recipients.find(name));
  if (recipient.keys.empty()) {
    return fail(Errc::not_found, fmt::format("{} has no key", name.str()),
                fmt::format("stagepass recipient add {} KEY", name.str()));
  }
  SP_ASSIGN(const ExitStatus status, options.words.empty()
                                         ? confirm_by_asking(context, recipients, recipient)
                                         : confirm_by_words(recipients, recipient, options.words));
  context.terminal.note(fmt::format("confirmed: hand-offs can be sealed for {}", name.str()));
  return status;
}

Result<ExitStatus> run_remove(Context& context, const RecipientOptions& options) {
  SP_ASSIGN(const auto name, RecipientName::parse(options.name));
  SP_ASSIGN(const auto keys, options.keys.empty() ? Result<std::vector<age::Recipient>>()
                                                  : read_recipient_keys(options.keys));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  service::RecipientService recipients(workspace);
  if (keys.empty()) {
    SP_TRY(recipients.remove_all_keys(name));
  }
  for (const age::Recipient& key : keys) {
    SP_TRY(recipients.remove_key(name, key.str()));
  }
  context.terminal.note("removed; what was sealed for it before can still be opened with it");
  return ExitStatus::ok;
}

Result<ExitStatus> run_show(Context& context, const RecipientOptions& options) {
  SP_ASSIGN(const auto name, RecipientName::parse(options.name));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  SP_ASSIGN(const Recipient recipient, service::RecipientService(workspace).find(name));
  if (context.options.json) {
    SP_TRY(context.terminal.print(recipients_json({recipient})));
    return ExitStatus::ok;
  }
  Table table({"KEY", "STATE", "FINGERPRINT"});
  for (const RecipientKey& key : recipient.keys) {
    table.add({escape_untrusted(key.text), state_of(key), fingerprint_of(key.text)});
  }
  if (recipient.keys.empty()) {
    context.terminal.note(name.str() + " has no key");
  }
  SP_TRY(context.terminal.print(table.take_page()));
  return ExitStatus::ok;
}

Result<ExitStatus> run_list(Context& context) {
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const auto recipients, store->recipients());
  if (context.options.json) {
    SP_TRY(context.terminal.print(recipients_json(recipients)));
    return ExitStatus::ok;
  }
  Table table({"RECIPIENT", "KEYS", "CONFIRMED"});
  for (const Recipient& recipient : recipients) {
    const auto confirmed =
        std::count_if(recipient.keys.begin(), recipient.keys.end(),
                      [](const RecipientKey& key) { return key.confirmed_at.has_value(); });
    table.add(
        {recipient.name.str(), std::to_string(recipient.keys.size()), std::to_string(confirmed)});
  }
  SP_TRY(context.terminal.print(table.take_page()));
  return ExitStatus::ok;
}

}  // namespace

void add_recipient_command(Command& app, Context& context) {
  auto options = std::make_shared<RecipientOptions>();
  auto recipient = app.subcommand("recipient", "the specialists and their public keys");
  auto add = recipient.subcommand("add", "add keys that hand-offs are sealed for");
  add.argument("NAME", options->name, "the specialist: a short name or e-mail address");
  add.arguments("KEY", options->keys, Need::required,
                "age1…, \"ssh-ed25519 …\", or a file of them; - is stdin");
  add.runs(context, [options, &context] { return run_add(context, *options); });
  auto confirm =
      recipient.subcommand("confirm", "say that a key's words were read to you by its owner");
  confirm.argument("NAME", options->name, "the specialist");
  confirm.arguments("WORD", options->words, Need::optional,
                    "the eight words that were read to you");
  confirm.runs(context, [options, &context] { return run_confirm(context, *options); });
  auto show = recipient.subcommand("show", "the keys of a specialist and their words");
  show.argument("NAME", options->name, "the specialist");
  show.runs(context, [options, &context] { return run_show(context, *options); });
  auto remove = recipient.subcommand("remove", "take keys away, or all of them");
  remove.argument("NAME", options->name, "the specialist");
  remove.arguments("KEY", options->keys, Need::optional, "only these");
  remove.runs(context, [options, &context] { return run_remove(context, *options); });
  auto list = recipient.subcommand("list", "all specialists");
  list.runs(context, [&context] { return run_list(context); });
}

}  // namespace stagepass::cli
