// stagepass policy show, check, example: the rules that grants and extensions keep. Needs no vault.
#include "cli/commands.hpp"
#include "cli/decision_output.hpp"
#include "cli/session.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/policy/policy_file.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace stagepass::cli {
namespace {

Result<ExitStatus> run_show(Context& context) {
  Session session(context);
  SP_ASSIGN(const auto read, session.policy_file());
  SP_TRY(print_policy(context, read));
  if (read.policy.file.empty()) {
    SP_ASSIGN(const Locations at, session.locations());
    context.terminal.note(fmt::format("there is no policy file {}: all of it is built in",
                                      stagepass::quoted(at.policy.string())));
  }
  return ExitStatus::ok;
}

Result<ExitStatus> run_check(Context& context, const std::optional<std::string>& file) {
  Session session(context);
  SP_ASSIGN(const Locations at, session.locations());
  const std::filesystem::path path = file ? std::filesystem::path(*file) : at.policy;
  SP_ASSIGN(const auto read, policy::read_policy_file(path, session.vocabulary()));
  if (context.options.json) {
    SP_TRY(print_policy(context, read));
  }
  context.terminal.note(fmt::format("{} is a policy", stagepass::quoted(path.string())));
  return ExitStatus::ok;
}

}  // namespace

void add_policy_command(Command& app, Context& context) {
  auto policy = app.subcommand("policy", "the rules that every grant and extension keeps");
  policy.footer(
      "the file is policy.toml in the vault's folder, or what STAGEPASS_POLICY names; without it\n"
      "the built-in policy is in force. What it says is never asked when access is ended.\n");
  auto show = policy.subcommand("show", "what is in force, and where it stands");
  show.runs(context, [&context] { return run_show(context); });

  auto file = std::make_shared<std::optional<std::string>>();
  auto check = policy.subcommand("check", "can a policy file be read? Changes nothing");
  check.optional_argument("FILE", *file, "if not given: the one that is in force");
  check.runs(context, [file, &context] { return run_check(context, *file); });

  auto example = policy.subcommand("example", "print a commented policy file, as it is built in");
  example.runs(context, [&context]() -> Result<ExitStatus> {
    SP_TRY(context.terminal.print(policy::example()));
    return ExitStatus::ok;
  });
}

}  // namespace stagepass::cli
