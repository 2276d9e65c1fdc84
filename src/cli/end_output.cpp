#include "cli/end_output.hpp"

#include "cli/describe.hpp"
#include "cli/json_output.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stagepass::cli {
namespace {

bool is_gone(const Account& account) {
  return account.state == AccountState::gone;
}

void tell(Context& context, const service::EndReport& report,
          const std::vector<GrantWithAccounts>& before) {
  std::vector<AccountId> gone_before;
  for (const auto& grant : before) {
    if (!std::all_of(grant.accounts.begin(), grant.accounts.end(), is_gone)) {
      continue;
    }
    const Grant& g = grant.grant;
    context.terminal.note(fmt::format(
        "{} had ended already{}{}", g.id.str(), g.ended_at ? ", " + both_times(*g.ended_at) : "",
        g.end_reason ? fmt::format(", {}", to_string(*g.end_reason)) : ""));
    for (const auto& account : grant.accounts) {
      gone_before.push_back(account.id);
    }
  }
  for (const auto& outcome : report.accounts) {
    if (std::find(gone_before.begin(), gone_before.end(), outcome.account.id) ==
        gone_before.end()) {
      context.terminal.note(describe(outcome));
    }
  }
}

}  // namespace

Result<ExitStatus> tell_end(Context& context, const Ended& ended,
                            const std::vector<GrantWithAccounts>& before) {
  const auto& [report, problem] = ended;
  context.terminal.clear_progress();
  tell(context, report, before);
  if (context.options.json) {
    SP_TRY(context.terminal.print(end_json(report)));
  }
  if (problem) {
    return fail(*problem);
  }
  const auto is_pending = [](const auto& outcome) { return outcome.problem.has_value(); };
  if (std::any_of(report.accounts.begin(), report.accounts.end(), is_pending)) {
    context.terminal.note("purge and watch go on with what is not gone yet");
    return ExitStatus::pending;
  }
  return ExitStatus::ok;
}

std::string grant_line(const GrantWithAccounts& grant) {
  return fmt::format("{} {} {} {}", grant.grant.id.str(), grant.grant.case_ref.str(),
                     grant.grant.recipient.str(), target_names(grant));
}

Result<ExitStatus> list_grants(Context& context, const std::vector<GrantWithAccounts>& found) {
  for (const auto& grant : found) {
    SP_TRY(context.terminal.print(grant_line(grant) + "\n"));
  }
  return ExitStatus::ok;
}

}  // namespace stagepass::cli
