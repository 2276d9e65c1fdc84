#include "store/memory_records.hpp"

#include "store/change_rules.hpp"
#include "store/memory_log.hpp"
#include "store/record_identity.hpp"

#include <algorithm>
#include <tuple>

namespace stagepass::store {
namespace {

template <class Key, class Record>
Result<void> add(std::map<Key, Record>& records, const Key& key, const Record& record) {
  if (!records.emplace(key, record).second) {
    return fail(exists_already(describe(record)));
  }
  return {};
}

template <class Key, class Record>
Result<void> update(std::map<Key, Record>& records, const Key& key, const Record& record) {
  auto& stored = records.at(key);
  if (stored.version != record.version) {
    return fail(changed_in_between(describe(record)));
  }
  stored = updated(stored, record);
  ++stored.version;
  return {};
}

Failure missing_reference() {
  return fail(Errc::not_found, "a record refers to another one that does not exist");
}

Result<void> apply_recipients(MemoryRecords& records, const ChangeSet& changes) {
  for (const auto& added : changes.recipients) {
    records.recipients.emplace(added.name, Recipient{added.name, added.created_at});
  }
  for (const auto& recipient : changes.changed_recipients) {
    if (!records.recipients.contains(recipient.name)) {
      return fail(no_such_recipient(recipient.name));
    }
    SP_TRY(update(records.recipients, recipient.name, recipient));
  }
  return {};
}

Result<void> apply_targets(MemoryRecords& records, const ChangeSet& changes) {
  for (const auto& target : changes.new_targets) {
    SP_TRY(add(records.targets, target.name, target));
  }
  for (const auto& target : changes.targets) {
    if (!records.targets.contains(target.name)) {
      return fail(no_such_target(target.name));
    }
    SP_TRY(update(records.targets, target.name, target));
  }
  return {};
}

Result<void> apply_cases(MemoryRecords& records, const ChangeSet& changes) {
  for (const auto& added : changes.cases) {
    records.cases.emplace(added.ref, Case{added.ref, added.created_at});
  }
  for (const auto& added : changes.new_cases) {
    SP_TRY(add(records.cases, added.ref, added));
  }
  for (const auto& changed : changes.changed_cases) {
    if (!records.cases.contains(changed.ref)) {
      return fail(no_such_case(changed.ref));
    }
    SP_TRY(update(records.cases, changed.ref, changed));
  }
  return {};
}

/// Nothing is added or lengthened under a case that is closed, or beyond its time-box.
Result<void> check_limits(const MemoryRecords& records, const CaseRef& ref, Timestamp expires_at) {
  const auto found = records.cases.find(ref);
  if (found == records.cases.end()) {
    return missing_reference();
  }
  const Case& stored = found->second;
  return stored.closed_at || expires_at > stored.timebox_at.value_or(expires_at)
             ? fail(forbidden_by_case(ref))
             : Result<void>();
}

/// Nothing live outlives a time-box that was moved since `before`.
Result<void> check_timeboxes(const MemoryRecords& before, const MemoryRecords& after) {
  for (const auto& [id, account] : after.accounts) {
    const CaseRef& ref = after.grants.at(account.grant).case_ref;
    const auto timebox_at = after.cases.at(ref).timebox_at;
    const auto earlier = before.cases.find(ref);
    const bool is_moved = earlier == before.cases.end() || earlier->second.timebox_at != timebox_at;
    const bool is_live =
        account.state == AccountState::planned || account.state == AccountState::active;
    if (timebox_at && is_moved && is_live &&
        std::max(account.ends_at, account.expires_at) > *timebox_at) {
      return fail(outlasts_timebox(ref));
    }
  }
  return {};
}

Result<void> apply_grants(MemoryRecords& records, const ChangeSet& changes) {
  for (const auto& grant : changes.new_grants) {
    if (!records.cases.contains(grant.case_ref) || !records.recipients.contains(grant.recipient)) {
      return missing_reference();
    }
    SP_TRY(check_limits(records, grant.case_ref, grant.expires_at));
    SP_TRY(add(records.grants, grant.id, grant));
  }
  for (const auto& grant : changes.grants) {
    if (!records.grants.contains(grant.id)) {
      return fail(no_such_grant(grant.id));
    }
    const Grant& stored = records.grants.at(grant.id);
    if (grant.expires_at > stored.expires_at) {
      SP_TRY(check_limits(records, stored.case_ref, grant.expires_at));
    }
    SP_TRY(update(records.grants, grant.id, grant));
  }
  return {};
}

Result<void> apply_accounts(MemoryRecords& records, const ChangeSet& changes) {
  for (const auto& account : changes.new_accounts) {
    if (!records.targets.contains(account.target)) {
      return fail(no_such_target(account.target));
    }
    if (!records.grants.contains(account.grant)) {
      return missing_reference();
    }
    if (!records.user_names.emplace(account.target, account.user_name).second) {
      return fail(exists_already(describe(account)));
    }
    SP_TRY(add(records.accounts, account.id, account));
  }
  for (const auto& account : changes.accounts) {
    if (!records.accounts.contains(account.id)) {
      return fail(no_such_account(account.id));
    }
    SP_TRY(update(records.accounts, account.id, account));
  }
  return {};
}

Result<void> remove_targets(MemoryRecords& records, const std::vector<TargetName>& names) {
  for (const auto& name : names) {
    if (const auto open_accounts = count_open_accounts(records, name); open_accounts > 0) {
      return fail(target_has_open_accounts(name, open_accounts));
    }
    if (records.targets.erase(name) == 0) {
      return fail(no_such_target(name));
    }
  }
  return {};
}

void apply_clock(MemoryRecords& records, const std::optional<ClockMark>& mark) {
  if (mark && (!records.clock || std::tie(mark->epoch, mark->latest) >=
                                     std::tie(records.clock->epoch, records.clock->latest))) {
    records.clock = mark;
  }
}

Result<void> apply_keys(MemoryRecords& records, const ChangeSet& changes) {
  if (changes.key_epoch) {
    if (*changes.key_epoch < records.vault.key_epoch) {
      return fail(sealed_in_an_older_epoch(*changes.key_epoch, records.vault.key_epoch));
    }
    records.vault.key_epoch = *changes.key_epoch;
  }
  if (!changes.key_parameters) {
    return {};
  }
  const auto stored =
      std::count_if(records.accounts.begin(), records.accounts.end(),
                    [](const auto& entry) { return entry.second.secret.has_value(); });
  if (stored != count_secrets(changes.accounts)) {
    return fail(secrets_are_missing());
  }
  records.vault.key_parameters = *changes.key_parameters;
  return {};
}

Result<void> check_unheard(const MemoryRecords& records, const ChangeSet& changes) {
  for (const std::string& subject : changes.unheard) {
    if (std::any_of(records.audit.begin(), records.audit.end(),
                    [&](const AuditEntry& entry) { return entry.subject == subject; })) {
      return fail(has_happened(subject));
    }
  }
  return {};
}

Result<void> apply(MemoryRecords& records, const ChangeSet& changes) {
  SP_TRY(check_changes(changes));
  SP_TRY(check_unheard(records, changes));
  SP_TRY(apply_cases(records, changes));
  SP_TRY(apply_recipients(records, changes));
  SP_TRY(apply_targets(records, changes));
  SP_TRY(apply_grants(records, changes));
  SP_TRY(apply_accounts(records, changes));
  SP_TRY(remove_targets(records, changes.removed_targets));
  SP_TRY(apply_keys(records, changes));
  apply_clock(records, changes.clock);
  for (const AuditEntry& entry : changes.audit) {
    append(records.audit, entry);
  }
  return {};
}

}  // namespace

std::int64_t count_open_accounts(const MemoryRecords& records, const TargetName& target) {
  return std::count_if(records.accounts.begin(), records.accounts.end(), [&](const auto& entry) {
    return entry.second.target == target && entry.second.state != AccountState::gone;
  });
}

Result<MemoryRecords> applied(const MemoryRecords& stored, const ChangeSet& changes) {
  MemoryRecords next = stored;
  SP_TRY(apply(next, changes));
  if (!changes.new_cases.empty() || !changes.changed_cases.empty()) {
    SP_TRY(check_timeboxes(stored, next));
  }
  return next;
}

}  // namespace stagepass::store
