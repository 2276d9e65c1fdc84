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

Result<void> apply_targets(Records& records, const ChangeSet& changes) {
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

Result<void> apply_recipients(Records& records, const ChangeSet& changes) {
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

Result<void> apply_grants(Records& records, const ChangeSet& changes) {
  for (const auto& grant : changes.new_grants) {
    if (!records.cases.contains(grant.case_ref) || !records.recipients.contains(grant.recipient)) {
      return missing_reference();
    }
    SP_TRY(add(records.grants, grant.id, grant));
  }
  for (const auto& grant : changes.grants) {
    if (!records.grants.contains(grant.id)) {
      return fail(no_such_grant(grant.id));
    }
    SP_TRY(update(records.grants, grant.id, grant));
  }
  return {};
}

Result<void> apply_accounts(Records& records, const ChangeSet& changes) {
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

Result<void> remove_targets(Records& records, const std::vector<TargetName>& names) {
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

void apply_clock(Records& records, const std::optional<ClockMark>& mark) {
  if (mark && (!records.clock || std::tie(mark->epoch, mark->latest) >=
                                     std::tie(records.clock->epoch, records.clock->latest))) {
    records.clock = mark;
  }
}

Result<void> apply_keys(Records& records, const ChangeSet& changes) {
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

}  // namespace

std::int64_t count_open_accounts(const Records& records, const TargetName& target) {
  return std::count_if(records.accounts.begin(), records.accounts.end(), [&](const auto& entry) {
    return entry.second.target == target && is_open(entry.second);
  });
}

Result<void> apply(Records& records, const ChangeSet& changes) {
  SP_TRY(check_changes(changes));
  for (const auto& added : changes.cases) {
    records.cases.emplace(added.ref, added);
  }
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

}  // namespace stagepass::store
