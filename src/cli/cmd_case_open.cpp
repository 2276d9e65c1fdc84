// stagepass case open REF: what is known of a support case, asked for or from a file.
#include "cli/basics_input.hpp"
#include "cli/case_commands.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

#include <stagepass/service/case_service.hpp>

#include <fmt/format.h>

#include <memory>

namespace stagepass::cli {
namespace {

struct OpenOptions {
  std::string ref;
  std::optional<std::string> basics;
  std::optional<std::string> environment;
  std::optional<std::string> platform;
  std::optional<std::string> versions;
};

Result<void> refuse_twice(bool is_in_file, bool is_option, std::string_view what) {
  return is_in_file && is_option
             ? fail(Errc::invalid_argument,
                    fmt::format("{} is said in the basics and with --{}", what, what),
                    "say it once")
             : Result<void>();
}

Result<CaseFacts> parse_facts(const OpenOptions& options) {
  CaseFacts facts;
  if (options.basics) {
    SP_ASSIGN(facts, read_basics(*options.basics));
  }
  SP_TRY(
      refuse_twice(facts.environment.has_value(), options.environment.has_value(), "environment"));
  SP_TRY(refuse_twice(facts.platform.has_value(), options.platform.has_value(), "platform"));
  SP_TRY(refuse_twice(facts.versions.has_value(), options.versions.has_value(), "versions"));
  if (options.environment) {
    SP_ASSIGN(facts.environment, parse_environment(*options.environment));
  }
  if (options.platform) {
    facts.platform = options.platform;
  }
  if (options.versions) {
    facts.versions = options.versions;
  }
  return facts;
}

void tell(Context& context, const service::OpenedCase& opened) {
  using Was = service::OpenedCase::Was;
  const char* how = opened.was == Was::unknown  ? "is open"
                    : opened.was == Was::closed ? "was closed and is open again"
                                                : "is open; what was said now is kept";
  context.terminal.note(fmt::format("case {} {}", opened.record.ref.str(), how));
  if (const std::string missing = describe_missing(opened.record); !missing.empty()) {
    context.terminal.note(missing);
  }
}

Result<ExitStatus> run_open(Context& context, const OpenOptions& options) {
  SP_ASSIGN(const CaseRef ref, CaseRef::parse(options.ref));
  SP_ASSIGN(CaseFacts facts, parse_facts(options));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  service::CaseService cases(workspace);
  if (!options.basics && context.terminal.can_ask()) {
    SP_ASSIGN(const auto known, cases.find(ref));
    SP_TRY(
        ask_for_facts(context.terminal, known.value_or(Case{ref, workspace.clock.now()}), facts));
  }
  SP_ASSIGN(const auto opened, cases.open(ref, facts));
  tell(context, opened);
  if (context.options.json) {
    SP_TRY(context.terminal.print(case_open_json(opened.record)));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_case_open_command(Command& app, Context& context) {
  auto options = std::make_shared<OpenOptions>();
  auto command = app.subcommand("open", "say what a case is about; opens a closed one again");
  command.argument("REF", options->ref, "the support ticket");
  command.option("--basics FILE", options->basics,
                 "the six basics as lines key: value; - is stdin; then nothing is asked");
  command.option("--environment KIND", options->environment, "staging, test or live");
  command.option("--platform TEXT", options->platform, "the shop's platform");
  command.option("--versions TEXT", options->versions, "versions of the shop and the plug-in");
  command.footer(
      "asks for what is not known yet; on an open case it changes what is given and keeps the "
      "rest\n"
      "keys of the file: plugin-core, payment-core, since, updates, reproduced, examples;\n"
      "environment, platform, versions\n");
  command.runs(context, [options, &context] { return run_open(context, *options); });
}

}  // namespace stagepass::cli
