#include "cli/command_line.hpp"

#include "cli/commands.hpp"

#include <stagepass/core/nearest_word.hpp>
#include <stagepass/core/text.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

constexpr std::string_view kShortHelp =
    "stagepass: temporary staging credentials that are proven gone\n"
    "\n"
    "  stagepass init                                       make a vault\n"
    "  stagepass target add files unix access=sftp          name a system\n"
    "  stagepass grant files --case MSP-1 --to ana --for 8h give access\n"
    "  stagepass retrieve GRANT                             show the credential, once\n"
    "  stagepass finish GRANT                               take it away now\n"
    "  stagepass purge                                      take away what is over; for cron\n"
    "\n"
    "stagepass --help lists all commands\n";

void add_global_options(Command app, GlobalOptions& options) {
  app.option("--home FOLDER", options.home, "the vault's folder (or STAGEPASS_HOME)");
  app.option("--key-file FILE", options.key_file, "the vault's key (or STAGEPASS_KEY_FILE)");
  app.option("--passphrase-file FILE", options.passphrase_file, "read the passphrase from a file");
  app.option("--passphrase-fd N", options.passphrase_fd,
             "read the passphrase from an open descriptor");
  app.flag("--json", options.json, "answer as JSON");
  app.flag("--no-input", options.no_input, "never ask");
  app.flag("-q,--quiet", options.quiet, "only errors on stderr");
}

void add_commands(Command app, Context& context) {
  add_init_command(app, context);
  add_target_command(app, context);
  add_case_command(app, context);
  add_grant_command(app, context);
  add_why_command(app, context);
  add_approve_command(app, context);
  add_policy_command(app, context);
  add_notice_command(app, context);
  add_retrieve_command(app, context);
  add_handoff_command(app, context);
  add_open_command(app, context);
  add_done_command(app, context);
  add_compromised_command(app, context);
  add_request_command(app, context);
  add_recipient_command(app, context);
  add_list_command(app, context);
  add_show_command(app, context);
  add_extend_command(app, context);
  add_reissue_command(app, context);
  add_finish_command(app, context);
  add_revoke_command(app, context);
  add_confirm_command(app, context);
  add_purge_command(app, context);
  add_watch_command(app, context);
  add_receipt_command(app, context);
  add_audit_command(app, context);
  add_recover_command(app, context);
  add_keys_command(app, context);
  add_clock_command(app, context);
  add_page_command(app, context);
  add_generate_command(app, context);
}

// Exactly one command where there are commands. Global options may stand behind it too.
void set_habits(CLI::App& app) {
  std::vector<CLI::App*> waiting = {&app};
  while (!waiting.empty()) {
    CLI::App& command = *waiting.back();
    waiting.pop_back();
    command.fallthrough();
    const auto commands = command.get_subcommands([](const CLI::App*) { return true; });
    command.require_subcommand(commands.empty() ? 0 : 1);
    waiting.insert(waiting.end(), commands.begin(), commands.end());
  }
}

std::string full_name(const CLI::App& command) {
  std::string name = command.get_name();
  for (const auto* above = command.get_parent(); above != nullptr; above = above->get_parent()) {
    name.insert(0, above->get_name() + " ");
  }
  return name;
}

Failure unknown_command(const CLI::App& app, const std::string& typed) {
  std::vector<std::string> known;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  const std::string nearest = nearest_word(typed, known);
  return fail(Errc::invalid_argument,
              fmt::format("there is no command {}", stagepass::quoted(typed)),
              nearest.empty() ? fmt::format("{} --help lists the commands", full_name(app))
                              : fmt::format("did you mean \"{}\"?", nearest));
}

const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  for (auto below = app.get_subcommands(); !below.empty(); below = command->get_subcommands()) {
    command = below.front();
  }
  return *command;
}

// "The following argument was not expected: --x" in the style of this program, made safe to show.
std::string in_our_style(std::string text) {
  const bool is_sentence =
      text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
  if (is_sentence) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return escape_untrusted(text);
}

Failure explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = innermost(app);
  const std::string hint = fmt::format("see {} --help", full_name(command));
  auto extras = app.remaining(true);
  extras.erase(std::remove(extras.begin(), extras.end(), "--"), extras.end());
  const bool wants_subcommand = command.get_require_subcommand_min() > 0;
  if (wants_subcommand && !extras.empty() && !extras.front().starts_with('-')) {
    return unknown_command(command, extras.front());
  }
  if (!extras.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("{} was not expected", stagepass::quoted(extras.front())), hint);
  }
  if (wants_subcommand) {
    return fail(Errc::invalid_argument, fmt::format("{} needs a command", full_name(command)),
                hint);
  }
  std::string message = in_our_style(error.what());
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    message = fmt::format("{} takes one value", message.substr(0, message.find(':')));
  }
  return fail(Errc::invalid_argument, std::move(message), hint);
}

Result<ExitStatus> parse(CLI::App& app, Context& context, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    SP_TRY(context.terminal.print(app.help()));
  } catch (const CLI::CallForVersion& answer) {
    SP_TRY(context.terminal.print(answer.what()));
  } catch (const CLI::ParseError& error) {
    context.chosen = nullptr;
    return explain(app, error);
  }
  return ExitStatus::ok;
}

}  // namespace

Result<ExitStatus> read_command_line(Context& context, int argc, char** argv) {
  if (argc < 2) {
    Terminal::show_usage(kShortHelp);
    return ExitStatus::usage;
  }
  CLI::App app("temporary staging credentials that are proven gone", "stagepass");
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", "stagepass " STAGEPASS_VERSION "\n", "show the version");
  app.add_flag_callback(
      "--exit-codes", [] { throw CLI::CallForVersion(exit_status_table(), 0); },
      "list what the exit statuses mean");
  add_global_options(Command(app), context.options);
  add_commands(Command(app), context);
  set_habits(app);
  return parse(app, context, argc, argv);
}

}  // namespace stagepass::cli
