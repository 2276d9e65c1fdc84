// stagepass approve: a specialist agrees to access to a live shop, as a signed text for the ticket. Needs no vault.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/file_input.hpp"
#include "cli/json_output.hpp"
#include "cli/session_environment.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/handoff/approval.hpp>
#include <stagepass/system/sodium_random.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestKeyFile = 64UL * 1024;

struct ApproveOptions {
  std::string case_ref;
  std::vector<std::string> targets;
  std::string life;
  std::string valid = "1d";
  std::optional<std::string> key;
  std::optional<std::string> note;
  bool is_unsigned = false;
  bool yes = false;
};

Result<handoff::Approval> parse_approval(Context& context, const ApproveOptions& options) {
  SP_ASSIGN(CaseRef case_ref, CaseRef::parse(options.case_ref));
  std::vector<TargetName> targets;
  for (const std::string& text : options.targets) {
    SP_ASSIGN(TargetName target, TargetName::parse(text));
    targets.push_back(std::move(target));
  }
  SP_ASSIGN(const Ttl life, parse_duration(options.life));
  SP_ASSIGN(const Ttl valid, parse_duration(options.valid));
  system::SodiumRandom random;
  const Timestamp now = context.machine_clock.now();
  return handoff::Approval{handoff::new_approval_id(random),
                           std::move(case_ref),
                           std::move(targets),
                           life,
                           now,
                           now + valid,
                           options.note.value_or("")};
}

/// Plainly, before anything is signed.
void tell_approval(Terminal& terminal, const handoff::Approval& approval) {
  std::vector<std::string> names;
  names.reserve(approval.targets.size());
  for (const TargetName& target : approval.targets) {
    names.push_back(target.str());
  }
  terminal.note(fmt::format("you approve access to LIVE shops: {}", join(names, ", ")));
  terminal.detail(fmt::format("case {}, for at most {}", approval.case_ref.str(),
                              format_duration(approval.life)));
  terminal.detail(
      fmt::format("for one grant or extension, made before {}", both_times(approval.valid_until)));
}

Result<void> ask_for_consent(Context& context, const ApproveOptions& options) {
  if (options.yes) {
    return {};
  }
  if (!context.terminal.can_ask()) {
    return fail(Errc::invalid_argument, "nobody can be asked whether that is meant",
                "--yes says that it is");
  }
  SP_ASSIGN(const bool agreed, context.terminal.confirm("sign it?"));
  return agreed ? Result<void>() : fail(Errc::aborted, "nothing was signed");
}

/// ~/.ssh/id_ed25519 unless another key was named.
Result<std::string> key_file_of(const ApproveOptions& options) {
  if (options.key) {
    return *options.key;
  }
  for (const auto& file : usual_identities()) {
    if (file.filename() == "id_ed25519") {
      return file.string();
    }
  }
  return fail(Errc::not_found, "there is no ~/.ssh/id_ed25519 to sign with",
              "name your key: --key FILE, of ssh-keygen -t ed25519");
}

Result<std::string> signed_by(const ApproveOptions& options, const handoff::Approval& approval) {
  SP_ASSIGN(const std::string file, key_file_of(options));
  SP_ASSIGN(const Secret key, read_input(file, "the file of your key", kLongestKeyFile));
  auto text = handoff::sign_approval(approval, key);
  if (!text) {
    return fail(text.error().code,
                fmt::format("{}: {}", stagepass::quoted(file), text.error().message),
                fmt::format("or let ssh-keygen sign: stagepass approve … --unsigned >approval; "
                            "ssh-keygen -Y sign -n {} -f {} approval; then send both files as one",
                            handoff::kApprovalSpace, escape_untrusted(file)));
  }
  return text;
}

Result<ExitStatus> run_approve(Context& context, const ApproveOptions& options) {
  SP_ASSIGN(const auto approval, parse_approval(context, options));
  SP_ASSIGN(std::string text, handoff::approval_text(approval));
  SP_ASSIGN(const std::string words, handoff::words_of(approval));
  tell_approval(context.terminal, approval);
  if (!options.is_unsigned) {
    SP_TRY(ask_for_consent(context, options));
    SP_ASSIGN(text, signed_by(options, approval));
  }
  SP_TRY(context.terminal.print(context.options.json ? approval_json(approval.id, text) : text));
  context.terminal.note("put this into the ticket; when the merchant calls, its words are:");
  context.terminal.detail(words);
  return ExitStatus::ok;
}

}  // namespace

void add_approve_command(Command& app, Context& context) {
  auto options = std::make_shared<ApproveOptions>();
  auto command = app.subcommand("approve", "agree to access to a live shop: a text for the ticket");
  command.required_option("--case REF", options->case_ref, "the support ticket");
  command.option("--target NAME", options->targets,
                 "the shop as the merchant calls it; may be given several times");
  command.required_option("--for DURATION", options->life, "how long access may last");
  command.option("--valid DURATION", options->valid, "how long it may be used; 1d if not given");
  command.option("--key FILE", options->key,
                 "your key, of ssh-keygen -t ed25519; ~/.ssh/id_ed25519 if not given");
  command.option("--note TEXT", options->note, "what for");
  command.flag("--unsigned", options->is_unsigned, "only the text, for ssh-keygen -Y sign");
  command.flag("--yes", options->yes, "do not ask");
  command.footer(
      "the merchant's policy file must name your public key; he uses the text with\n"
      "stagepass grant TARGET… --approval FILE --backup \"…\" --accept-risk\n");
  command.runs(context, [options, &context] { return run_approve(context, *options); });
}

}  // namespace stagepass::cli
