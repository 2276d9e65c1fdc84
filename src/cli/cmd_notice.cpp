// stagepass notice test, verify: does every receiver of notices take one? Is one that came genuine?
#include "cli/commands.hpp"
#include "cli/file_input.hpp"
#include "cli/session.hpp"
#include "cli/verifier_key_input.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/vault/webhook_signature.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>

namespace stagepass::cli {
namespace {

Result<ExitStatus> run_test(Context& context) {
  Session session(context);
  SP_ASSIGN(const policy::PolicyFile read, session.policy_file());
  if (read.notices.empty()) {
    return fail(Errc::not_found, "the policy has no notices",
                "stagepass policy example shows how they are written");
  }
  ExitStatus status = ExitStatus::ok;
  for (const policy::NoticeRule& rule : read.notices) {
    const std::string name = escape_untrusted(name_of(rule));
    context.terminal.step(name);
    const auto taken = session.test_notice(rule);
    context.terminal.clear_progress();
    if (taken) {
      SP_TRY(context.terminal.print(fmt::format("{}: taken\n", name)));
      continue;
    }
    SP_TRY(context.terminal.print(fmt::format("{}: not taken\n", name)));
    context.terminal.error(taken.error());
    status = exit_status_for(taken.error().code);
  }
  return status;
}

struct VerifyOptions {
  std::string file;
  std::string id;
  std::string timestamp;
  std::string signature;
  std::string key;
};

Result<ExitStatus> run_verify(Context& context, const VerifyOptions& options) {
  constexpr std::size_t kLongestBody = 64UL * 1024;
  SP_ASSIGN(const vault::VerifierKey key, read_verifier_key(options.key));
  SP_ASSIGN(const Secret body, read_input(options.file, "the body", kLongestBody));
  SP_TRY(vault::verify_webhook({options.id, options.timestamp, body.reveal_text()},
                               options.signature, key));
  context.terminal.note(fmt::format("genuine: signed by {}", key.name));
  return ExitStatus::ok;
}

void add_verify_command(Command& notice, Context& context) {
  auto options = std::make_shared<VerifyOptions>();
  auto verify =
      notice.subcommand("verify", "is a webhook that came genuine? Needs no vault; - is stdin");
  verify.argument("FILE", options->file, "its body, byte for byte");
  verify.required_option("--id ID", options->id, "its header webhook-id");
  verify.required_option("--timestamp SECONDS", options->timestamp, "webhook-timestamp");
  verify.required_option("--signature SIGNATURE", options->signature, "webhook-signature");
  verify.required_option("--key KEY", options->key,
                         "what `stagepass keys show` prints on stdout, or a file with it");
  verify.runs(context, [options, &context] { return run_verify(context, *options); });
}

}  // namespace

void add_notice_command(Command& app, Context& context) {
  auto notice = app.subcommand("notice", "who is told of what becomes of access");
  notice.footer(
      "receivers stand in the policy file, see stagepass policy example; policy show lists them\n");
  notice.subcommand("test", "send each receiver a sample").runs(context, [&context] {
    return run_test(context);
  });
  add_verify_command(notice, context);
}

}  // namespace stagepass::cli
