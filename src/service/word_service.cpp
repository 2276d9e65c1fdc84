#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/service/word_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace stagepass::service {
namespace {

constexpr const char* kAction = "word";

/// The same word has the same, whenever it is pasted.
std::string detail_of(const handoff::Word& word) {
  return fmt::format("{} says {}, at {}", word.by.str(), to_string(word.says), format_utc(word.at));
}

/// Beside the end itself, so that a word which comes too late to end anything is not lost.
Result<void> note_once(Workspace& workspace, const handoff::Word& word) {
  AuditEntry entry = audit_entry(workspace, kAction, word.grant.str(), detail_of(word));
  SP_ASSIGN(const auto history, workspace.store.audit_of(entry.subject));
  if (std::any_of(history.begin(), history.end(), [&](const AuditEntry& each) {
        return each.action == entry.action && each.detail == entry.detail;
      })) {
    return {};
  }
  ChangeSet changes;
  changes.audit.push_back(std::move(entry));
  return commit(workspace, changes);
}

}  // namespace

Result<GrantWithAccounts> verify_word(Workspace& workspace, const handoff::Word& word) {
  SP_ASSIGN(GrantWithAccounts found, workspace.store.grant(word.grant));
  const Secret token = handoff::word_token(workspace.vault.word_key(found.grant.id));
  if (!is_proven(word, token)) {
    return fail(
        Errc::invalid_argument,
        fmt::format("the word about {} is not proven: it was edited, or its writer could not "
                    "open a hand-off of it",
                    word.grant.str()),
        fmt::format("nothing was changed; ask him, or end it yourself: stagepass finish {}",
                    word.grant.str()));
  }
  if (word.case_ref != found.grant.case_ref || word.by != found.grant.recipient) {
    return fail(Errc::invalid_argument,
                fmt::format("the word is about case {} and by {}, and {} is to {} under {}",
                            word.case_ref.str(), word.by.str(), word.grant.str(),
                            found.grant.recipient.str(), found.grant.case_ref.str()),
                "nothing was changed");
  }
  return found;
}

Result<EndReport> act_on_word(Workspace& workspace, const handoff::Word& word, Progress& progress) {
  SP_ASSIGN(const GrantWithAccounts found, verify_word(workspace, word));
  const bool is_compromised = word.says == handoff::Saying::compromised;
  if (is_compromised || !found.grant.ended_at) {
    SP_TRY(note_once(workspace, word));
  }
  Workspace speaking = workspace;
  speaking.actor += fmt::format(", by the word of {}", word.by.str());
  return GrantService(speaking).end(
      {.id = word.grant}, is_compromised ? EndReason::revoked : EndReason::finished, progress);
}

}  // namespace stagepass::service
