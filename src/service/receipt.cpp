#include "service/live_rules.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/reissue_record.hpp"

#include <stagepass/core/base64.hpp>
#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/ports/progress.hpp>
#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/confirmation.hpp>
#include <stagepass/service/receipt.hpp>

#include <fmt/format.h>

#include <set>
#include <utility>

namespace stagepass::service {
namespace {

class NoProgress final : public Progress {
  void step(std::string_view /*text*/) override {}
  void warn(std::string_view /*text*/) override {}
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}
};

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("{}: {}\n", name, escape_untrusted(value));
}

std::string time_and_person(Timestamp at, std::string_view person) {
  return person.empty() ? format_utc(at) : fmt::format("{} by {}", format_utc(at), person);
}

std::string end_of(const GrantWithAccounts& found) {
  const Grant& grant = found.grant;
  if (!grant.ended_at || !grant.end_reason) {
    return "not yet";
  }
  const std::string early = early_end_of(grant, found.accounts);
  return fmt::format("{} ({}{}{})", time_and_person(*grant.ended_at, grant.ended_by),
                     to_string(*grant.end_reason), early.empty() ? "" : ": ", early);
}

std::string about(const GrantWithAccounts& found, const std::string& signer) {
  const Grant& grant = found.grant;
  return "stagepass receipt 1\n" + line("signed by", signer) + line("grant", grant.id.str()) +
         line("case", grant.case_ref.str()) + line("recipient", grant.recipient.str()) +
         line("granted", time_and_person(grant.created_at, grant.created_by)) +
         line("agreed end", format_utc(grant.expires_at)) + line("ended", end_of(found));
}

std::string retrieval_of(const Account& account) {
  const Retrieval& retrieval = account.retrieval;
  if (retrieval.retrieved_at) {
    return time_and_person(*retrieval.retrieved_at, retrieval.retrieved_by);
  }
  if (retrieval.claimed_at) {
    return fmt::format("perhaps: begun {} and not confirmed",
                       time_and_person(*retrieval.claimed_at, retrieval.claimed_by));
  }
  return "no";
}

std::string time_or_not(const std::optional<Timestamp>& at) {
  return at ? format_utc(*at) : "not recorded";
}

std::string_view how_login_ended(LoginCheck login) {
  return login == LoginCheck::refused ? "login with the old password refused" : "login not tried";
}

/// Whose word that is stands in the log alone: so all of it must be as it was written.
Result<const AuditEntry*> genuine_confirmation(const Workspace& workspace, const Account& account,
                                               const std::vector<AuditEntry>& history) {
  NoProgress quiet;
  SP_TRY(verify_log(workspace, quiet));
  const AuditEntry* const said = confirmation_in(history, account.evidence);
  return said != nullptr ? Result<const AuditEntry*>(said)
                         : fail(Errc::corrupt, fmt::format("the log does not say who confirmed "
                                                           "that {} was deleted",
                                                           account.user_name.str()));
}

/// Never as if the target had been looked at.
Result<std::string> end_by_person(const Workspace& workspace, const Account& account,
                                  const std::vector<AuditEntry>& history) {
  SP_ASSIGN(const AuditEntry* const said, genuine_confirmation(workspace, account, history));
  const EndEvidence& seen = account.evidence;
  return line("deletion confirmed", time_and_person(said->at, said->actor)) +
         line("closed", time_or_not(seen.verified_at)) +
         line("seen",
              fmt::format(
                  "a person confirmed the deletion; stagepass did not look at the target; {}",
                  how_login_ended(seen.login)));
}

std::string end_by_stagepass(const EndEvidence& seen) {
  return line("disabled", time_or_not(seen.disabled_at)) +
         line("sessions ended",
              fmt::format("{}, {}", seen.sessions_ended, time_or_not(seen.sessions_ended_at))) +
         line(seen.was_already_absent ? "found absent" : "deleted", time_or_not(seen.deleted_at)) +
         line("proven gone", time_or_not(seen.verified_at)) +
         line("seen",
              fmt::format("not listed; nothing left behind; {}", how_login_ended(seen.login)));
}

/// Who may know an earlier credential of it: of that the log alone tells.
Result<std::string> reissues_of(const Workspace& workspace,
                                const std::vector<AuditEntry>& history) {
  std::string text;
  for (const AuditEntry& entry : history) {
    if (entry.action == kReissued) {
      text += line("reissued",
                   fmt::format("{}; {}", time_and_person(entry.at, entry.actor), entry.detail));
    }
  }
  if (!text.empty()) {
    NoProgress quiet;
    SP_TRY(verify_log(workspace, quiet));
  }
  return text;
}

/// The entry that says so, with the hash that also stands for all entries before it.
std::string place_in_log(const AuditEntry& entry) {
  return fmt::format("entry {}, {}", entry.position, to_base64(entry.hash));
}

Result<std::string> about(const Workspace& workspace, const Account& account,
                          const std::vector<AuditEntry>& history) {
  const EndEvidence& seen = account.evidence;
  SP_ASSIGN(const std::string end, is_confirmed_by_person(seen)
                                       ? end_by_person(workspace, account, history)
                                       : Result<std::string>(end_by_stagepass(seen)));
  SP_ASSIGN(const std::string reissues, reissues_of(workspace, history));
  return "\n" + line("account", account.id.str()) + line("target", account.target.str()) +
         line("user name", account.user_name.str()) +
         line("recorded", format_utc(account.created_at)) + reissues +
         line("retrieved", retrieval_of(account)) + end +
         line("audit log", place_in_log(history.empty() ? AuditEntry{} : history.back()));
}

Result<void> require_proof(const Workspace& workspace, const Account& account) {
  SP_TRY(require_authentic(workspace, account));
  SP_TRY(check_identity(workspace, ref_of(account), account.target));
  if (account.state == AccountState::gone && account.evidence.verified_at) {
    return {};
  }
  return fail(Errc::pending,
              fmt::format("{} on {} is not gone yet, so there is no receipt",
                          account.user_name.str(), account.target.str()),
              "end the grant, or ask for the receipt of one target with --target");
}

/// Somebody may have given one of its accounts to another grant, or to none.
Result<void> require_all_accounts(Workspace& workspace, const GrantWithAccounts& found) {
  SP_ASSIGN(const auto history, workspace.store.audit_of(found.grant.id.str()));
  std::set<std::string> missing;
  for (const AuditEntry& entry : history) {
    for (std::string& name : names_in(entry.records)) {
      missing.insert(std::move(name));
    }
  }
  missing.erase(record_name(found.grant));
  for (const Account& account : found.accounts) {
    missing.erase(record_name(account));
  }
  return missing.empty()
             ? Result<void>()
             : fail(Errc::corrupt, fmt::format("{} of grant {} is missing in the records",
                                               *missing.begin(), found.grant.id.str()));
}

/// Who has approved access to live shops, and what was said of backup and risk: of that the log alone tells.
Result<std::string> live_access_of(Workspace& workspace, const Grant& grant) {
  SP_ASSIGN(const auto history, workspace.store.audit_of(grant.id.str()));
  const auto entries = live_entries(history);
  std::string text;
  if (!entries.empty()) {
    NoProgress quiet;
    SP_TRY(verify_log(workspace, quiet));
  }
  for (const AuditEntry* entry : entries) {
    text += line("live access", entry->detail);
  }
  return text;
}

}  // namespace

Result<std::string> receipt_of(Workspace& workspace, const GrantId& grant,
                               const std::optional<TargetName>& only) {
  SP_ASSIGN(const GrantWithAccounts found, workspace.store.grant(grant));
  SP_TRY(require_authentic(workspace, found.grant));
  SP_TRY(require_all_accounts(workspace, found));
  std::string text = about(found, workspace.vault.verifier_key().name);
  SP_ASSIGN(const std::string live_access, live_access_of(workspace, found.grant));
  text += live_access;
  const std::size_t without_accounts = text.size();
  for (const Account& account : found.accounts) {
    if (!only || account.target == *only) {
      SP_TRY(require_proof(workspace, account));
      SP_ASSIGN(const auto history, workspace.store.audit_of(account.id.str()));
      SP_ASSIGN(const std::string more, about(workspace, account, history));
      text += more;
    }
  }
  if (text.size() == without_accounts) {
    return fail(Errc::not_found,
                only ? fmt::format("{} has no account on {}", grant.str(), only->str())
                     : fmt::format("{} has no accounts", grant.str()));
  }
  return workspace.vault.sign(text);
}

}  // namespace stagepass::service
