#include "cli/describe.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/confirmation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace stagepass::cli {

std::string both_times(Timestamp at) {
  return fmt::format("{} ({})", format_local(at), format_utc(at));
}

std::string_view state_of(const Account& account, Timestamp now) {
  return is_overdue(account, now) ? "overdue" : to_string(account.state);
}

std::string_view state_of(const GrantWithAccounts& grant, Timestamp now) {
  const auto any = [&](auto&& holds) {
    return std::any_of(grant.accounts.begin(), grant.accounts.end(), holds);
  };
  if (!any([](const Account& a) { return a.state != AccountState::gone; })) {
    return "gone";
  }
  if (any([&](const Account& a) { return is_overdue(a, now); })) {
    return "overdue";
  }
  if (any([](const Account& a) { return a.state == AccountState::planned; })) {
    return "planned";
  }
  return "active";
}

std::string describe_clocks(const Grant& grant) {
  std::vector<std::string> parts;
  if (grant.retrieve_by) {
    parts.push_back("it ends unless it is retrieved by " + both_times(*grant.retrieve_by));
  }
  if (grant.work_time) {
    parts.push_back(
        fmt::format("it ends {} after it was first retrieved", format_duration(*grant.work_time)));
  }
  return join(parts, "; ");
}

std::string retrieved_word(const GrantWithAccounts& grant) {
  const bool is_over = grant.grant.ended_at.has_value();
  if (is_over && !early_end_of(grant.grant, grant.accounts).empty() &&
      counting_end(grant.grant, grant.accounts).clock == EndClock::retrieve_by) {
    return "not in time";
  }
  const auto seen = std::count_if(grant.accounts.begin(), grant.accounts.end(), [](const auto& a) {
    return a.retrieval.retrieved_at.has_value();
  });
  if (seen == 0) {
    const bool is_claimed =
        std::any_of(grant.accounts.begin(), grant.accounts.end(),
                    [](const auto& a) { return a.retrieval.claimed_at.has_value(); });
    return is_claimed ? "perhaps" : "no";
  }
  if (static_cast<std::size_t>(seen) == grant.accounts.size()) {
    return "yes";
  }
  return fmt::format("{} of {}", seen, grant.accounts.size());
}

std::string_view kind_word(SettingInfo::Kind kind) {
  switch (kind) {
    case SettingInfo::Kind::required:
      return "required";
    case SettingInfo::Kind::optional:
      return "optional";
    case SettingInfo::Kind::secret:
      return "secret";
  }
  return "";
}

std::string settings_text(const Target& target) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : target.settings) {
    parts.push_back(escape_untrusted(fmt::format("{}={}", key, value)));
  }
  for (const auto& [key, sealed] : target.sealed_settings) {
    parts.push_back(escape_untrusted(key) + "=(secret)");
  }
  return join(parts, " ");
}

std::string target_names(const GrantWithAccounts& grant) {
  std::vector<std::string> names;
  names.reserve(grant.accounts.size());
  for (const auto& account : grant.accounts) {
    names.push_back(account.target.str());
  }
  return join(names, ", ");
}

std::string describe(const EndEvidence& evidence) {
  std::vector<std::string> parts;
  if (service::is_confirmed_by_person(evidence)) {
    parts.push_back("a person confirmed the deletion " + format_utc(*evidence.deleted_at));
    parts.emplace_back(evidence.login == LoginCheck::refused ? "login refused" : "login not tried");
    return join(parts, ", ");
  }
  if (evidence.was_already_absent) {
    parts.emplace_back("was already absent");
  } else if (evidence.deleted_at) {
    parts.push_back("deleted " + format_utc(*evidence.deleted_at));
  }
  if (evidence.sessions_ended > 0) {
    parts.push_back(fmt::format("{} session{} ended", evidence.sessions_ended,
                                evidence.sessions_ended == 1 ? "" : "s"));
  }
  parts.emplace_back(evidence.login == LoginCheck::refused ? "login refused" : "login not tried");
  if (evidence.verified_at) {
    parts.push_back("verified " + format_utc(*evidence.verified_at));
  }
  return join(parts, ", ");
}

std::string describe(const service::AccountOutcome& outcome) {
  const Account& account = outcome.account;
  const std::string who = fmt::format("{} on {}", account.user_name.str(), account.target.str());
  const std::string why =
      outcome.early.empty() ? "" : fmt::format("; its grant has ended: {}", outcome.early);
  if (!outcome.problem) {
    return fmt::format("{} is gone: {}{}", who, describe(account.evidence), why);
  }
  std::string text = fmt::format("{} is not gone yet: {}{}", who, outcome.problem->message, why);
  if (account.next_at) {
    text += "; next try " + both_times(*account.next_at);
  }
  return text;
}

std::string describe(const Overdue& overdue) {
  const bool one = overdue.accounts == 1;
  std::string text = fmt::format("{} account{} past {} end and not yet proven gone",
                                 overdue.accounts, one ? " is" : "s are", one ? "its" : "their");
  if (overdue.oldest) {
    text += fmt::format(", the oldest since {}", both_times(*overdue.oldest));
  }
  return text;
}

std::string describe(const service::Rotation& rotation) {
  std::string text = fmt::format(
      "the keys are renewed: epoch {}, {} credential{} wrapped anew, "
      "older epochs destroyed",
      rotation.epoch, rotation.rewrapped, rotation.rewrapped == 1 ? "" : "s");
  if (rotation.lost > 0) {
    text += fmt::format(
        "; {} open no more, their key was destroyed before: revoke their grants and "
        "grant again",
        rotation.lost);
  }
  return text;
}

}  // namespace stagepass::cli
