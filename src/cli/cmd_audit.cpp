// stagepass audit log: who did what, when. stagepass audit verify: is it all still there, as it was written?
// stagepass audit export: the log in a file that verifies without the vault.
#include "cli/audit_export.hpp"
#include "cli/commands.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"
#include "cli/verifier_key_input.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/checkpoints.hpp>

#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>

namespace stagepass::cli {
namespace {

constexpr std::size_t kPage = 1000;

struct VerifyOptions {
  std::optional<std::string> file;
  std::optional<std::string> key;
};

Result<void> for_each_entry(Store& store,
                            const std::function<Result<void>(const AuditEntry&)>& take) {
  std::int64_t after = 0;
  while (true) {
    SP_ASSIGN(const auto page, store.audit(after, kPage));
    for (const AuditEntry& entry : page) {
      SP_TRY(take(entry));
      after = entry.position;
    }
    if (page.size() < kPage) {
      return {};
    }
  }
}

std::string log_line(const AuditEntry& entry) {
  const auto safe = [](const std::string& text) { return escape_untrusted(text); };
  return fmt::format("{:>6}  {}  {} {}  {}{}{}\n", entry.position, format_utc(entry.at),
                     safe(entry.action), safe(entry.subject), safe(entry.actor),
                     entry.detail.empty() ? "" : ": ", safe(entry.detail));
}

Result<ExitStatus> run_log(Context& context, const std::optional<std::string>& subject) {
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  const bool json = context.options.json;
  SP_TRY(context.terminal.print(json ? export_head() : ""));
  SP_TRY(for_each_entry(*store, [&](const AuditEntry& entry) -> Result<void> {
    if (subject && entry.subject != *subject) {
      return {};
    }
    return context.terminal.print(json ? export_line(entry) : log_line(entry));
  }));
  return ExitStatus::ok;
}

Result<ExitStatus> verify_here(Context& context) {
  Session session(context);
  SP_ASSIGN(const auto workspace, session.workspace());
  SP_ASSIGN(const AuditHead head, service::verify_log(workspace, context.terminal));
  context.terminal.clear_progress();
  context.terminal.note(
      fmt::format("the audit log is whole: {} entries, as they were written, and "
                  "none is missing that was signed",
                  head.size));
  return ExitStatus::ok;
}

Result<ExitStatus> verify_file(Context& context, const std::string& path,
                               const vault::VerifierKey& key) {
  std::ifstream opened;
  if (path != "-") {
    opened.open(path, std::ios::binary);
    if (!opened) {
      return fail(Errc::not_found, fmt::format("cannot read {}", stagepass::quoted(path)));
    }
  }
  SP_ASSIGN(const std::string text, verify_export(path == "-" ? std::cin : opened, key));
  SP_TRY(context.terminal.print(text));
  context.terminal.note(fmt::format("genuine and whole: signed by {}", key.name));
  return ExitStatus::ok;
}

Result<ExitStatus> run_verify(Context& context, const VerifyOptions& options) {
  if (options.file.has_value() != options.key.has_value()) {
    return fail(Errc::invalid_argument, "an exported log and its key go together",
                "stagepass audit verify, or stagepass audit verify FILE --key KEY");
  }
  if (!options.file) {
    return verify_here(context);
  }
  SP_ASSIGN(const vault::VerifierKey key, read_verifier_key(*options.key));
  return verify_file(context, *options.file, key);
}

Result<ExitStatus> run_export(Context& context) {
  Session session(context);
  SP_ASSIGN(const auto workspace, session.workspace());
  SP_TRY(context.terminal.print(export_head()));
  AuditHead head;
  SP_TRY(for_each_entry(workspace.store, [&](const AuditEntry& entry) -> Result<void> {
    SP_ASSIGN(head, followed_by(head, entry));
    return context.terminal.print(export_line(entry));
  }));
  SP_ASSIGN(const std::string checkpoint, service::signed_checkpoint(workspace, head));
  SP_TRY(context.terminal.print(export_tail(checkpoint)));
  return ExitStatus::ok;
}

}  // namespace

void add_audit_command(Command& app, Context& context) {
  auto audit = app.subcommand("audit", "the log of all that was done");

  auto subject = std::make_shared<std::optional<std::string>>();
  auto log = audit.subcommand("log", "print who did what, when, and what came of it");
  log.option("--subject TEXT", *subject, "only of this grant, account or target");
  log.runs(context, [subject, &context] { return run_log(context, *subject); });

  auto options = std::make_shared<VerifyOptions>();
  auto verify = audit.subcommand("verify", "see that nothing in it was changed or is missing");
  verify.optional_argument("FILE", options->file, "a log that was exported, - is stdin");
  verify.option("--key KEY", options->key,
                "for FILE: what `stagepass keys show` prints, or a file with it");
  verify.runs(context, [options, &context] { return run_verify(context, *options); });

  audit.subcommand("export", "print it for keeping and verifying elsewhere, without the vault")
      .runs(context, [&context] { return run_export(context); });
}

}  // namespace stagepass::cli
