#include "service/record_macs.hpp"

#include "service/record_content.hpp"
#include "service/records.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/checkpoints.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::service {
namespace {

template <class Record>
std::string mac_of(const Workspace& workspace, const Record& record) {
  return workspace.vault.record_mac(content_of(record));
}

/// The entry about the record itself, else the one about its grant.
AuditEntry* entry_about(std::vector<AuditEntry>& entries,
                        const std::vector<std::string>& subjects) {
  for (const std::string& subject : subjects) {
    const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const AuditEntry& entry) {
      return entry.subject == subject;
    });
    if (found != entries.rend()) {
      return &*found;
    }
  }
  return nullptr;
}

/// Vouches for each of `records` in the entry about it, and notes that in the record.
template <class Record>
Result<void> vouch_for_all(const Workspace& workspace, std::vector<Record>& records,
                           std::vector<AuditEntry>& entries) {
  for (Record& record : records) {
    AuditEntry* const entry = entry_about(entries, vouching_subjects(record));
    if (entry == nullptr) {
      return fail(Errc::internal,
                  fmt::format("{} changes without an entry about it", record_name(record)));
    }
    record.vouched_mac = mac_of(workspace, record);
    vouch_for(*entry, record_name(record), record.vouched_mac);
  }
  return {};
}

/// The entry about the grant names its accounts, too: then none can be kept out of its receipt.
void vouch_in_grants(const std::vector<Account>& accounts, std::vector<AuditEntry>& entries) {
  for (const Account& account : accounts) {
    AuditEntry* const entry = entry_about(entries, {account.grant.str()});
    if (entry != nullptr && !mac_in(entry->records, record_name(account))) {
      vouch_for(*entry, record_name(account), account.vouched_mac);
    }
  }
}

/// Records as they were read: what the log says last of them must be what was read with them.
class Newest final {
 public:
  template <class Record>
  void expect(const Record& record) {
    for (std::string& subject : vouching_subjects(record)) {
      subjects_.insert(std::move(subject));
    }
    words_[record_name(record)].read = record.vouched_mac;
  }

  /// Of entries that come newest first. True once all that was expected has been named.
  bool note(const AuditEntry& entry) {
    if (subjects_.contains(entry.subject)) {
      for (auto& [record, word] : words_) {
        word.last = word.last ? word.last : mac_in(entry.records, record);
      }
    }
    return std::all_of(words_.begin(), words_.end(),
                       [](const auto& word) { return word.second.last.has_value(); });
  }

  [[nodiscard]] bool is_what_was_read() const {
    return std::all_of(words_.begin(), words_.end(),
                       [](const auto& word) { return word.second.last == word.second.read; });
  }

 private:
  struct Word {
    std::string read;
    std::optional<std::string> last;
  };

  std::set<std::string> subjects_;
  std::map<std::string, Word> words_;
};

Result<bool> are_newest(const Workspace& workspace, Newest newest) {
  SP_TRY(walk_back(workspace, [&](const AuditEntry& entry) { return newest.note(entry); }));
  return newest.is_what_was_read();
}

Failure refuse_changed(std::string_view what) {
  return fail(
      Errc::corrupt,
      fmt::format("the record of {} was changed by somebody else, so nothing is done by it", what),
      "somebody can write your database: see `stagepass recover`");
}

}  // namespace

Result<void> commit(Workspace& workspace, ChangeSet& changes) {
  SP_TRY(vouch_for_all(workspace, changes.new_cases, changes.audit));
  SP_TRY(vouch_for_all(workspace, changes.changed_cases, changes.audit));
  SP_TRY(vouch_for_all(workspace, changes.new_targets, changes.audit));
  SP_TRY(vouch_for_all(workspace, changes.targets, changes.audit));
  SP_TRY(vouch_for_all(workspace, changes.changed_recipients, changes.audit));
  SP_TRY(vouch_for_all(workspace, changes.new_grants, changes.audit));
  SP_TRY(vouch_for_all(workspace, changes.grants, changes.audit));
  SP_TRY(vouch_for_all(workspace, changes.new_accounts, changes.audit));
  vouch_in_grants(changes.new_accounts, changes.audit);
  SP_TRY(vouch_for_all(workspace, changes.accounts, changes.audit));
  return workspace.store.commit(changes);
}

bool is_authentic(const Workspace& workspace, const Grant& grant) {
  return grant.vouched_mac == mac_of(workspace, grant);
}

bool is_authentic(const Workspace& workspace, const Account& account) {
  return account.vouched_mac == mac_of(workspace, account);
}

bool is_authentic(const Workspace& workspace, const Target& target) {
  return target.vouched_mac == mac_of(workspace, target);
}

bool is_authentic(const Workspace& workspace, const Recipient& recipient) {
  const bool never_had_a_key = recipient.keys.empty() && recipient.vouched_mac.empty();
  return never_had_a_key || recipient.vouched_mac == mac_of(workspace, recipient);
}

bool is_authentic(const Workspace& workspace, const Case& record) {
  return record.vouched_mac.empty() ? is_bare(record)
                                    : record.vouched_mac == mac_of(workspace, record);
}

Result<void> require_authentic(const Workspace& workspace, const Grant& grant) {
  return is_authentic(workspace, grant) ? Result<void>()
                                        : refuse_changed("grant " + grant.id.str());
}

Result<void> require_authentic(const Workspace& workspace, const Account& account) {
  return is_authentic(workspace, account)
             ? Result<void>()
             : refuse_changed(
                   fmt::format("{} on {}", account.user_name.str(), account.target.str()));
}

Result<void> require_authentic(const Workspace& workspace, const Target& target) {
  return is_authentic(workspace, target) ? Result<void>()
                                         : refuse_changed("target " + target.name.str());
}

Result<void> require_authentic(const Workspace& workspace, const Recipient& recipient) {
  return is_authentic(workspace, recipient) ? Result<void>()
                                            : refuse_changed("recipient " + recipient.name.str());
}

Result<void> require_authentic(const Workspace& workspace, const Case& record) {
  return is_authentic(workspace, record) ? Result<void>()
                                         : refuse_changed("case " + record.ref.str());
}

Result<void> require_authentic(const Workspace& workspace, const GrantWithAccounts& grant) {
  SP_TRY(require_authentic(workspace, grant.grant));
  for (const Account& account : grant.accounts) {
    SP_TRY(require_authentic(workspace, account));
  }
  return {};
}

Result<void> require_newest(const Workspace& workspace, const GrantWithAccounts& grant) {
  Newest newest;
  newest.expect(grant.grant);
  for (const Account& account : grant.accounts) {
    newest.expect(account);
  }
  SP_ASSIGN(const bool are, are_newest(workspace, std::move(newest)));
  return are ? Result<void>() : refuse_changed("grant " + grant.grant.id.str());
}

Result<void> require_newest(const Workspace& workspace, const Recipient& recipient) {
  Newest newest;
  newest.expect(recipient);
  SP_ASSIGN(const bool is, are_newest(workspace, std::move(newest)));
  return is ? Result<void>() : refuse_changed("recipient " + recipient.name.str());
}

void add_end(const Workspace& workspace, const GrantWithAccounts& found, EndReason reason,
             ChangeSet& changes) {
  Grant grant = found.grant;
  if (grant.ended_at || !is_authentic(workspace, grant)) {
    return;
  }
  const bool by_clock = reason == EndReason::expired;
  mark_ended(grant, reason, workspace.clock.now(), workspace.actor);
  changes.audit.push_back(audit_entry(workspace, std::string(to_string(reason)), grant.id.str(),
                                      by_clock ? early_end_of(grant, found.accounts) : ""));
  changes.grants.push_back(std::move(grant));
}

}  // namespace stagepass::service
