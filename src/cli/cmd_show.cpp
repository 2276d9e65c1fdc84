// stagepass show GRANT: everything that is known of one grant, but no secret.
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/session.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/grant_clocks.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace stagepass::cli {
namespace {

struct ShowOptions {
  std::string grant;
};

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("{:<11}{}\n", fmt::format("{}:", name), value);
}

std::string describe_retrieval(const Retrieval& retrieval) {
  if (retrieval.retrieved_at) {
    return fmt::format("{} by {}", both_times(*retrieval.retrieved_at), retrieval.retrieved_by);
  }
  if (retrieval.claimed_at) {
    return fmt::format("perhaps: begun {} by {}, and not said to be done",
                       both_times(*retrieval.claimed_at), retrieval.claimed_by);
  }
  return "no";
}

std::string describe_account(const Account& account, Timestamp now) {
  std::string text =
      fmt::format("\naccount {} on {}\n", account.user_name.str(), account.target.str());
  text += line("state", state_of(account, now));
  text += line("ends", both_times(account.ends_at));
  text += line("retrieved", describe_retrieval(account.retrieval));
  if (account.state == AccountState::gone) {
    text += line("proof", describe(account.evidence));
  }
  if (!account.last_error.empty()) {
    text += line("attempts",
                 fmt::format("{} failed; the last: {}", account.attempts, account.last_error));
  }
  if (account.attempts > 0 && account.next_at) {
    text += line("next try", both_times(*account.next_at));
  }
  return text;
}

std::string describe_grant(const GrantWithAccounts& found, Timestamp now) {
  const Grant& grant = found.grant;
  std::string text = line("grant", grant.id.str());
  text += line("case", grant.case_ref.str());
  text += line("to", grant.recipient.str());
  text += line("state", state_of(found, now));
  text += line("made", fmt::format("{} by {}", both_times(grant.created_at), grant.created_by));
  text += line("ends", both_times(grant.expires_at));
  if (grant.retrieve_by) {
    text += line("retrieve", "by " + both_times(*grant.retrieve_by));
  }
  if (grant.work_time) {
    text += line("work", format_duration(*grant.work_time) + " from its retrieval on");
  }
  if (grant.ended_at && grant.end_reason) {
    const std::string early = early_end_of(grant, found.accounts);
    text += line("ended", fmt::format("{}, {}{}{}{}{}", both_times(*grant.ended_at),
                                      to_string(*grant.end_reason), early.empty() ? "" : ": ",
                                      early, grant.ended_by.empty() ? "" : " by ", grant.ended_by));
  }
  for (const auto& account : found.accounts) {
    text += describe_account(account, now);
  }
  return text;
}

std::string describe_history(const std::vector<AuditEntry>& history) {
  std::string text = history.empty() ? "" : "\nhistory\n";
  for (const auto& entry : history) {
    text += fmt::format("{}  {} {}  {}{}{}\n", format_utc(entry.at), entry.action, entry.subject,
                        entry.actor, entry.detail.empty() ? "" : ": ", entry.detail);
  }
  return text;
}

// What was done to the grant and to its accounts, in the order of time.
Result<std::vector<AuditEntry>> read_history(Store& store, const GrantWithAccounts& found) {
  SP_ASSIGN(auto history, store.audit_of(found.grant.id.str()));
  for (const auto& account : found.accounts) {
    SP_ASSIGN(auto more, store.audit_of(account.id.str()));
    history.insert(history.end(), more.begin(), more.end());
  }
  std::stable_sort(history.begin(), history.end(),
                   [](const AuditEntry& a, const AuditEntry& b) { return a.at < b.at; });
  return history;
}

Result<ExitStatus> run_show(Context& context, const ShowOptions& options) {
  SP_ASSIGN(const GrantId id, GrantId::parse(options.grant));
  Session session(context);
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const GrantWithAccounts found, store->grant(id));
  SP_ASSIGN(const auto history, read_history(*store, found));
  SP_ASSIGN(const service::ClockGuard* clock, session.clock());
  const Timestamp now = clock->now();
  SP_TRY(context.terminal.print(context.options.json
                                    ? show_json(found, history, now)
                                    : describe_grant(found, now) + describe_history(history)));
  return ExitStatus::ok;
}

}  // namespace

void add_show_command(Command& app, Context& context) {
  auto options = std::make_shared<ShowOptions>();
  auto command = app.subcommand("show", "show what is known of a grant, but no secret");
  command.argument("GRANT", options->grant, "the grant's id");
  command.runs(context, [options, &context] { return run_show(context, *options); });
}

}  // namespace stagepass::cli
