// stagepass case close REF: finishes all grants under a case, and lets no new one be made.
#include "cli/case_commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

#include <stagepass/service/case_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace stagepass::cli {
namespace {

struct CloseOptions {
  std::string ref;
  bool yes = false;
};

bool is_open(const Account& account) {
  return account.state != AccountState::gone;
}

// As finish does for all that match: that nobody can be asked is no consent.
Result<void> ask_for_consent(Context& context, const CloseOptions& options,
                             const service::CaseReport& found) {
  const bool was_agreed = found.record.closed_at.has_value();
  if (options.yes || was_agreed || found.open_grants.empty()) {
    return {};
  }
  const std::size_t count = found.open_grants.size();
  const char* plural = count == 1 ? "" : "s";
  if (!context.terminal.can_ask()) {
    return fail(Errc::invalid_argument,
                fmt::format("{} grant{} under case {} would end, and nobody can be asked", count,
                            plural, options.ref),
                "say --yes to end what is open; stagepass case show lists it");
  }
  for (const auto& grant : found.open_grants) {
    context.terminal.detail(fmt::format("{} {} {}", grant.grant.id.str(),
                                        grant.grant.recipient.str(), target_names(grant)));
  }
  SP_ASSIGN(const bool agreed,
            context.terminal.confirm(fmt::format("end {} grant{} now?", count, plural)));
  return agreed ? Result<void>() : fail(Errc::aborted, "nothing was ended");
}

Result<ExitStatus> tell(Context& context, const service::ClosedCase& closed) {
  const auto& outcomes = closed.ended.accounts;
  for (const auto& outcome : outcomes) {
    context.terminal.note(describe(outcome));
  }
  const bool is_closing = std::any_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
    return outcome.problem || is_open(outcome.account);
  });
  if (context.options.json) {
    SP_TRY(context.terminal.print(case_close_json(closed, is_closing)));
  }
  const std::string& ref = closed.record.ref.str();
  if (is_closing) {
    context.terminal.note(
        fmt::format("case {} is closing: no new grant; purge and watch go on with what is not gone "
                    "yet",
                    ref));
    return ExitStatus::pending;
  }
  context.terminal.note(
      fmt::format("case {} {}", ref,
                  closed.was_closed && outcomes.empty() ? "was closed already" : "is closed"));
  return ExitStatus::ok;
}

Result<ExitStatus> run_close(Context& context, const CloseOptions& options) {
  SP_ASSIGN(const CaseRef ref, CaseRef::parse(options.ref));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  service::CaseService cases(workspace);
  SP_ASSIGN(const auto found, cases.show(ref));
  SP_TRY(ask_for_consent(context, options, found));
  const auto closed = cases.close(ref, context.terminal);
  context.terminal.clear_progress();
  return closed ? tell(context, *closed) : fail(closed.error());
}

}  // namespace

void add_case_close_command(Command& app, Context& context) {
  auto options = std::make_shared<CloseOptions>();
  auto command = app.subcommand("close", "finish all grants under a case; no new one after that");
  command.argument("REF", options->ref, "the support ticket");
  command.flag("--yes", options->yes, "end what is open without being asked");
  command.footer("it is closed when all accounts are gone, and closing until then\n");
  command.runs(context, [options, &context] { return run_close(context, *options); });
}

}  // namespace stagepass::cli
