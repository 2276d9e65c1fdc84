// stagepass open [FILE]: what a hand-off says, for the specialist whom it was sealed for. Needs no vault.
#include "cli/block_input.hpp"
#include "cli/clipboard.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/open_part.hpp"
#include "cli/qr_code.hpp"
#include "cli/secret_output.hpp"
#include "cli/signal_stop.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/secret_text.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/handoff/document.hpp>
#include <stagepass/system/posix_process.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestValue = 2000;
constexpr Timeout kClipLife = std::chrono::seconds(45);
constexpr Timeout kLongestClipLife = std::chrono::hours(1);
constexpr std::string_view kHidden = "(hidden; --show shows it)";

struct OpenOptions {
  BlockArguments block;
  std::optional<std::string> target;
  std::optional<std::string> only;
  bool show = false;
  bool clip = false;
  std::optional<std::string> clip_for;
  bool qr = false;
};

/// What is asked for beside the checklist.
struct Wish {
  std::optional<OpenPart> part;
  Timeout clip_for = kClipLife;
};

Result<Wish> read_wish(const OpenOptions& options, bool json) {
  const bool is_alone = options.only || options.clip || options.qr;
  if (is_alone && json) {
    return fail(Errc::invalid_argument, "--json excludes --only, --clip and --qr");
  }
  if (options.clip && options.qr) {
    return fail(Errc::invalid_argument, "--clip and --qr exclude each other");
  }
  if (options.clip_for && !options.clip) {
    return fail(Errc::invalid_argument, "--clip-for belongs to --clip");
  }
  Wish wish;
  if (is_alone) {
    SP_ASSIGN(wish.part, parse_open_part(options.only.value_or("password")));
  }
  if (options.clip_for) {
    SP_ASSIGN(wish.clip_for, parse_duration(*options.clip_for));
    if (wish.clip_for > kLongestClipLife) {
      return fail(Errc::invalid_argument, "--clip-for is at most 1h");
    }
  }
  return wish;
}

Result<std::vector<const handoff::DocumentAccount*>> chosen_accounts(
    const handoff::Document& document, const OpenOptions& options, bool is_one) {
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
  if (is_one && chosen.size() > 1) {
    return fail(Errc::invalid_argument,
                fmt::format("the hand-off has {} accounts, and one is asked for", chosen.size()),
                "choose one with --target: " + targets);
  }
  return chosen;
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
  if (account.second_factor && shows) {
    text.add("    second factor: ").add(*account.second_factor).add("\n");
  } else if (account.second_factor) {
    text.add(fmt::format("    second factor: {}\n", kHidden));
  }
  if (account.second_factor) {
    text.add("    its code now: stagepass open --only code, or an authenticator app\n");
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

Result<void> to_clipboard(Context& context, const Secret& part, Timeout life) {
  const SignalStop signal(0, {});
  system::PosixProcess process;
  context.terminal.note(fmt::format("on the clipboard for {}; Ctrl-C takes it away now",
                                    format_duration(std::chrono::duration_cast<Ttl>(life))));
  SP_ASSIGN(const ClipboardEnd end, hold_on_clipboard(process, part, life, signal.token()));
  context.terminal.note(end == ClipboardEnd::cleared
                            ? "the clipboard is cleared"
                            : "something else was copied meanwhile, which stays");
  return {};
}

Result<void> require_show(Context& context, bool shows_secret) {
  if (shows_secret && context.terminal.output_is_terminal()) {
    return fail(Errc::invalid_argument, "stdout is a terminal, where others may see the password",
                "say --show to show it here, or send stdout somewhere");
  }
  return {};
}

/// One part of one account: on the clipboard, as a picture, or alone on a line.
Result<void> deliver(Context& context, const OpenOptions& options, const Wish& wish,
                     const handoff::DocumentAccount& account) {
  const Timestamp now = context.machine_clock.now();
  if (options.qr) {
    SP_ASSIGN(const Secret text, part_for_telephone(account, *wish.part, now));
    SP_ASSIGN(const Secret picture, qr_code(text, context.terminal.output_is_terminal()));
    return write_secret_to_stdout(picture);
  }
  SP_ASSIGN(const Secret part, part_of(account, *wish.part, now));
  if (options.clip) {
    return to_clipboard(context, part, wish.clip_for);
  }
  SP_TRY(require_show(context, !options.show && wish.part != OpenPart::user));
  return write_secret_to_stdout(SecretText().add(part).add("\n").build());
}

Result<ExitStatus> run_open(Context& context, const OpenOptions& options) {
  SP_ASSIGN(const Wish wish, read_wish(options, context.options.json));
  SP_ASSIGN(const Secret content, open_block(context, options.block));
  SP_ASSIGN(const handoff::Document document, handoff::read_document(content));
  SP_ASSIGN(const auto accounts, chosen_accounts(document, options, wish.part.has_value()));
  warn_if_over(context, document);
  if (wish.part) {
    SP_TRY(deliver(context, options, wish, *accounts.front()));
  } else if (context.options.json) {
    SP_TRY(require_show(context, !options.show));
    SP_TRY(write_secret_to_stdout(content));
  } else {
    SP_TRY(write_secret_to_stdout(checklist(document, accounts, options.show)));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_open_command(Command& app, Context& context) {
  auto options = std::make_shared<OpenOptions>();
  auto command = app.subcommand("open", "show what a hand-off says, to whom it was sealed for");
  add_block_options(command, options->block);
  command.option("--target TARGET", options->target, "only the account on this target");
  command.option("--only PART", options->only,
                 "user, password, factor (the key of a second one) or code, alone on a line");
  command.flag("--clip", options->clip, "put the password, or --only PART, on the clipboard");
  command.option("--clip-for TIME", options->clip_for, "how long it stays there (45s)");
  command.flag("--qr", options->qr, "draw the password, or --only PART, for a telephone");
  command.flag("--show", options->show, "show the passwords");
  command.footer("needs no vault; opening a block uses nothing up\n");
  command.runs(context, [options, &context] { return run_open(context, *options); });
}

}  // namespace stagepass::cli
