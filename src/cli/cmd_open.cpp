// stagepass open [FILE]: what a hand-off says, for the specialist whom it was sealed for. Needs no vault.
#include "cli/block_input.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/secret_output.hpp"

#include <stagepass/core/secret_text.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/handoff/document.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestValue = 2000;
constexpr std::string_view kHidden = "(hidden; --show shows it)";

struct OpenOptions {
  BlockArguments block;
  std::optional<std::string> target;
  std::optional<std::string> only;
  bool show = false;
};

Result<void> check_options(const OpenOptions& options, bool json) {
  if (options.only && *options.only != "user" && *options.only != "password") {
    return fail(Errc::invalid_argument,
                fmt::format("--only {} is not known", stagepass::quoted(*options.only)),
                "say --only user or --only password");
  }
  if (options.only && json) {
    return fail(Errc::invalid_argument, "--only and --json exclude each other");
  }
  return {};
}

Result<std::vector<const handoff::DocumentAccount*>> chosen_accounts(
    const handoff::Document& document, const OpenOptions& options) {
  std::vector<const handoff::DocumentAccount*> chosen;
  std::string targets;
  for (const auto& account : document.accounts) {
    targets += (targets.empty() ? "" : ", ") + escape_untrusted(account.target);
    if (!options.target || account.target == *options.target) {
      chosen.push_back(&account);
    }
  }
  if (chosen.empty()) {
    return fail(Errc::not_found,
                fmt::format("the hand-off has nothing on {}", stagepass::quoted(*options.target)),
                "its targets: " + targets);
  }
  if (options.only && chosen.size() > 1) {
    return fail(Errc::invalid_argument,
                fmt::format("the hand-off has {} accounts, and --only shows one", chosen.size()),
                "choose one with --target: " + targets);
  }
  return chosen;
}

Result<Secret> one_part(const handoff::DocumentAccount& account, const std::string& part) {
  if (part == "user") {
    return SecretText().add(escape_untrusted(account.user) + "\n").build();
  }
  if (!account.password) {
    return fail(Errc::invalid_argument, "this account has no password; it takes the key only");
  }
  return SecretText().add(*account.password).add("\n").build();
}

void add_account(SecretText& text, const handoff::DocumentAccount& account, bool shows) {
  text.add(fmt::format("\n[ ] {}\n", escape_untrusted(account.target)));
  for (const auto& [name, value] : account.access) {
    text.add(fmt::format("    {}: {}\n", escape_untrusted(name), escape_untrusted(value)));
  }
  text.add(fmt::format("    user: {}\n", escape_untrusted(account.user)));
  if (!account.password) {
    text.add("    password: none, only your key is let in\n");
  } else if (shows) {
    text.add("    password: ").add(*account.password).add("\n");
  } else {
    text.add(fmt::format("    password: {}\n", kHidden));
  }
}

Secret checklist(const handoff::Document& document,
                 const std::vector<const handoff::DocumentAccount*>& accounts, bool shows) {
  SecretText text;
  text.add(fmt::format("{} for {}, case {}: {}\n", escape_untrusted(document.grant),
                       escape_untrusted(document.recipient), escape_untrusted(document.case_ref),
                       escape_untrusted(document.environment)));
  text.add(fmt::format("until {}\n", both_times(document.ends_at)));
  for (const auto* account : accounts) {
    add_account(text, *account, shows);
  }
  text.add("\n");
  for (const auto& [name, value] : document.about) {
    text.add(
        fmt::format("{}: {}\n", escape_untrusted(name), escape_untrusted(value, kLongestValue)));
  }
  for (const std::string& rule : document.rules) {
    text.add(fmt::format("rule: {}\n", escape_untrusted(rule)));
  }
  text.add(fmt::format("when the work is done: {}\n", escape_untrusted(document.done)));
  return text.build();
}

void warn_if_over(Context& context, const handoff::Document& document) {
  if (context.machine_clock.now() >= document.ends_at) {
    context.terminal.note(fmt::format("this access ended {}: ask the merchant for a new grant",
                                      both_times(document.ends_at)));
  }
}

Result<ExitStatus> run_open(Context& context, const OpenOptions& options) {
  SP_TRY(check_options(options, context.options.json));
  SP_ASSIGN(const Secret content, open_block(context, options.block));
  SP_ASSIGN(const handoff::Document document, handoff::read_document(content));
  SP_ASSIGN(const auto accounts, chosen_accounts(document, options));
  warn_if_over(context, document);
  const bool shows_secret = options.show || context.options.json || options.only == "password";
  if (shows_secret && context.terminal.output_is_terminal() && !options.show) {
    return fail(Errc::invalid_argument, "stdout is a terminal, where others may see the password",
                "say --show to show it here, or send stdout somewhere");
  }
  if (context.options.json) {
    SP_TRY(write_secret_to_stdout(content));
    return ExitStatus::ok;
  }
  SP_ASSIGN(const Secret text, options.only
                                   ? one_part(*accounts.front(), *options.only)
                                   : Result<Secret>(checklist(document, accounts, options.show)));
  SP_TRY(write_secret_to_stdout(text));
  return ExitStatus::ok;
}

}  // namespace

void add_open_command(Command& app, Context& context) {
  auto options = std::make_shared<OpenOptions>();
  auto command = app.subcommand("open", "show what a hand-off says, to whom it was sealed for");
  add_block_options(command, options->block);
  command.option("--target TARGET", options->target, "only the account on this target");
  command.option("--only PART", options->only, "user or password, alone on a line");
  command.flag("--show", options->show, "show the passwords");
  command.footer("needs no vault; opening a block uses nothing up\n");
  command.runs(context, [options, &context] { return run_open(context, *options); });
}

}  // namespace stagepass::cli
