#include "store/change_rules.hpp"
#include "store/memory_log.hpp"
#include "store/memory_records.hpp"

#include <stagepass/store/memory_store.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

namespace stagepass::store {
namespace {

bool is_due(const Account& account, Timestamp now) {
  const bool is_leased = account.leased_until && *account.leased_until > now;
  return account.next_at && *account.next_at <= now && !is_leased;
}

bool due_longer(const Account& a, const Account& b) {
  return std::tie(a.next_at, a.id) < std::tie(b.next_at, b.id);
}

bool is_open(const Account& account) {
  return account.state != AccountState::gone;
}

/// What is not ending yet, and would be looked at later than can be right.
bool mend_next_look(Account& account, const LatestTimes& times) {
  if (account.state == AccountState::active && account.next_at > account.ends_at) {
    account.next_at = account.ends_at;
  } else if (account.state == AccountState::planned && account.next_at > times.plan) {
    account.next_at = times.now;
  } else {
    return false;
  }
  ++account.version;
  return true;
}

bool matches(const GrantFilter& filter, const GrantWithAccounts& entry) {
  const auto& [grant, accounts] = entry;
  const auto is_there = [&](const Account& account) { return account.target == *filter.target; };
  return (!filter.id || *filter.id == grant.id) &&
         (!filter.case_ref || *filter.case_ref == grant.case_ref) &&
         (!filter.recipient || *filter.recipient == grant.recipient) &&
         (!filter.target || std::any_of(accounts.begin(), accounts.end(), is_there)) &&
         (filter.include == GrantFilter::Include::all ||
          std::any_of(accounts.begin(), accounts.end(), is_open));
}

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(VaultRecord vault) { records_.vault = std::move(vault); }

  Result<VaultRecord> vault() override {
    const std::lock_guard lock(mutex_);
    return records_.vault;
  }

  Result<std::optional<ClockMark>> clock_mark() override {
    const std::lock_guard lock(mutex_);
    return records_.clock;
  }

  Result<void> commit(const ChangeSet& changes) override {
    const std::lock_guard lock(mutex_);
    SP_ASSIGN(records_, applied(records_, changes));
    return {};
  }

  Result<Target> target(const TargetName& name) override {
    const std::lock_guard lock(mutex_);
    const auto found = records_.targets.find(name);
    if (found == records_.targets.end()) {
      return fail(no_such_target(name));
    }
    return vouched(records_.audit, found->second);
  }

  Result<std::vector<Target>> targets() override {
    const std::lock_guard lock(mutex_);
    std::vector<Target> all;
    for (const auto& [name, target] : records_.targets) {
      all.push_back(vouched(records_.audit, target));
    }
    return all;
  }

  Result<Recipient> recipient(const RecipientName& name) override {
    const std::lock_guard lock(mutex_);
    const auto found = records_.recipients.find(name);
    if (found == records_.recipients.end()) {
      return fail(no_such_recipient(name));
    }
    return vouched(records_.audit, found->second);
  }

  Result<std::vector<Recipient>> recipients() override {
    const std::lock_guard lock(mutex_);
    std::vector<Recipient> all;
    for (const auto& [name, recipient] : records_.recipients) {
      all.push_back(vouched(records_.audit, recipient));
    }
    return all;
  }

  Result<std::optional<Case>> find_case(const CaseRef& ref) override {
    const std::lock_guard lock(mutex_);
    const auto found = records_.cases.find(ref);
    return found == records_.cases.end() ? std::nullopt
                                         : std::optional(vouched(records_.audit, found->second));
  }

  Result<std::vector<Case>> cases(const std::optional<CaseRef>& after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<Case> page;
    for (auto next = after ? records_.cases.upper_bound(*after) : records_.cases.begin();
         next != records_.cases.end() && page.size() < limit; ++next) {
      page.push_back(vouched(records_.audit, next->second));
    }
    return page;
  }

  Result<GrantWithAccounts> grant(const GrantId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = records_.grants.find(id);
    if (found == records_.grants.end()) {
      return fail(no_such_grant(id));
    }
    GrantWithAccounts entry = with_accounts(vouched(records_.audit, found->second));
    for (Account& account : entry.accounts) {
      account = vouched(records_.audit, std::move(account));
    }
    return entry;
  }

  Result<std::optional<Account>> account(const AccountId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = records_.accounts.find(id);
    return found == records_.accounts.end() ? std::nullopt
                                            : std::optional(vouched(records_.audit, found->second));
  }

  Result<std::vector<GrantWithAccounts>> grants(const GrantFilter& filter,
                                                const std::optional<GrantId>& after,
                                                std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<GrantWithAccounts> page;
    bool is_past_after = !after;
    for (const auto& grant : grants_by_age()) {
      if (page.size() == limit) {
        break;
      }
      auto entry = with_accounts(grant);
      if (is_past_after && matches(filter, entry)) {
        page.push_back(std::move(entry));
      }
      is_past_after = is_past_after || grant.id == *after;
    }
    return page;
  }

  Result<std::int64_t> open_accounts_on(const TargetName& target) override {
    const std::lock_guard lock(mutex_);
    return count_open_accounts(records_, target);
  }

  Result<std::vector<Account>> accounts_on(const TargetName& target,
                                           const std::optional<AccountId>& after,
                                           std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<Account> page;
    for (auto next = after ? records_.accounts.upper_bound(*after) : records_.accounts.begin();
         next != records_.accounts.end() && page.size() < limit; ++next) {
      if (next->second.target == target && is_open(next->second)) {
        page.push_back(vouched(records_.audit, next->second));
      }
    }
    return page;
  }

  Result<std::vector<TargetName>> targets_to_audit(Timestamp now) override {
    const std::lock_guard lock(mutex_);
    std::vector<TargetName> names;
    for (const auto& [name, target] : records_.targets) {
      if (target.next_audit_at <= now) {
        names.push_back(name);
      }
    }
    std::stable_sort(names.begin(), names.end(), [this](const TargetName& a, const TargetName& b) {
      return records_.targets.at(a).next_audit_at < records_.targets.at(b).next_audit_at;
    });
    return names;
  }

  Result<std::vector<TargetName>> targets_with_due(Timestamp now) override {
    const std::lock_guard lock(mutex_);
    std::map<TargetName, Timestamp> longest;  // the first is the one that waits longest
    for (const auto& account : all_due(now)) {
      longest.emplace(account.target, *account.next_at);
    }
    std::vector<TargetName> names;
    names.reserve(longest.size());
    for (const auto& [name, since] : longest) {
      names.push_back(name);
    }
    std::stable_sort(names.begin(), names.end(), [&](const TargetName& a, const TargetName& b) {
      return longest.at(a) < longest.at(b);
    });
    return names;
  }

  Result<std::optional<Account>> claim_due(const TargetName& target, Timestamp now,
                                           Timestamp lease_until) override {
    const std::lock_guard lock(mutex_);
    std::vector<Account> due = all_due(now);
    std::erase_if(due, [&](const Account& each) { return each.target != target; });
    const auto unfinished = std::find_if(due.begin(), due.end(), [](const Account& each) {
      return each.state == AccountState::planned;
    });
    if (due.empty()) {
      return std::optional<Account>();
    }
    auto& account = records_.accounts.at(unfinished != due.end() ? unfinished->id : due.front().id);
    account.leased_until = lease_until;
    ++account.version;
    return std::optional(vouched(records_.audit, account));
  }

  Result<std::int64_t> bring_forward(const TargetName& target, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    std::int64_t moved = 0;
    for (auto& [id, account] : records_.accounts) {
      const bool is_leased = account.leased_until && *account.leased_until > now;
      if (account.target == target && account.state == AccountState::ending &&
          account.attempts > 0 && account.next_at > now && !is_leased) {
        account.next_at = now;
        ++account.version;
        ++moved;
      }
    }
    return moved;
  }

  Result<bool> mend_indexes() override { return false; }

  Result<std::int64_t> mend_times(const LatestTimes& times) override {
    const std::lock_guard lock(mutex_);
    std::int64_t mended = 0;
    for (auto& [id, account] : records_.accounts) {
      if (account.state == AccountState::ending && account.next_at > times.retry) {
        account.next_at = times.now;
        ++account.version;
        ++mended;
      }
      if (is_open(account) && account.leased_until > times.lease) {
        account.leased_until.reset();
        ++account.version;
        ++mended;
      }
      mended += mend_next_look(account, times) ? 1 : 0;
    }
    for (auto& [name, target] : records_.targets) {
      if (target.next_audit_at > times.audit) {
        target.next_audit_at = times.now;
        ++target.version;
        ++mended;
      }
    }
    return mended;
  }

  Result<std::vector<Account>> due(Timestamp now, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    auto accounts = all_due(now);
    accounts.erase(accounts.begin() + static_cast<std::ptrdiff_t>(std::min(limit, accounts.size())),
                   accounts.end());
    return accounts;
  }

  Result<std::optional<Timestamp>> next_due() override {
    const std::lock_guard lock(mutex_);
    std::optional<Timestamp> earliest;
    for (const auto& [id, account] : records_.accounts) {
      if (account.next_at && (!earliest || *account.next_at < *earliest)) {
        earliest = account.next_at;
      }
    }
    return earliest;
  }

  Result<Overdue> overdue(Timestamp now) override {
    const std::lock_guard lock(mutex_);
    Overdue overdue;
    for (const auto& [id, account] : records_.accounts) {
      if (is_overdue(account, now)) {
        ++overdue.accounts;
        overdue.oldest = std::min(overdue.oldest.value_or(account.ends_at), account.ends_at);
      }
    }
    return overdue;
  }

  Result<std::vector<AuditEntry>> audit_of(const std::string& subject) override {
    const std::lock_guard lock(mutex_);
    std::vector<AuditEntry> entries;
    std::copy_if(records_.audit.begin(), records_.audit.end(), std::back_inserter(entries),
                 [&](const AuditEntry& entry) { return entry.subject == subject; });
    return entries;
  }

  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    const std::size_t first = std::min(static_cast<std::size_t>(after), records_.audit.size());
    const std::size_t count = std::min(limit, records_.audit.size() - first);
    const auto begin = records_.audit.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<AuditEntry>(begin, begin + static_cast<std::ptrdiff_t>(count));
  }

  Result<AuditHead> audit_head() override {
    const std::lock_guard lock(mutex_);
    return head_of(records_.audit);
  }

 private:
  [[nodiscard]] GrantWithAccounts with_accounts(const Grant& grant) const {
    GrantWithAccounts entry{.grant = grant, .accounts = {}};
    for (const auto& [id, account] : records_.accounts) {
      if (account.grant == grant.id) {
        entry.accounts.push_back(account);
      }
    }
    std::stable_sort(entry.accounts.begin(), entry.accounts.end(),
                     [](const Account& a, const Account& b) { return a.target < b.target; });
    return entry;
  }

  [[nodiscard]] std::vector<Grant> grants_by_age() const {
    std::vector<Grant> all;
    for (const auto& [id, grant] : records_.grants) {
      all.push_back(grant);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Grant& a, const Grant& b) { return a.created_at < b.created_at; });
    return all;
  }

  [[nodiscard]] std::vector<Account> all_due(Timestamp now) const {
    std::vector<Account> accounts;
    for (const auto& [id, account] : records_.accounts) {
      if (is_due(account, now)) {
        accounts.push_back(account);
      }
    }
    std::sort(accounts.begin(), accounts.end(), due_longer);
    return accounts;
  }

  std::mutex mutex_;
  MemoryRecords records_;
};

}  // namespace

std::unique_ptr<Store> make_memory_store(VaultRecord vault) {
  return std::make_unique<MemoryStore>(std::move(vault));
}

}  // namespace stagepass::store
