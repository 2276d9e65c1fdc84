#pragma once

#include <stagepass/ports/store.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace stagepass::store {

/// All that is stored; copied, changed and put in place of the old for a commit.
struct Records {
  std::map<CaseRef, Case> cases;
  std::map<RecipientName, Recipient> recipients;
  std::map<TargetName, Target> targets;
  std::map<GrantId, Grant> grants;
  std::map<AccountId, Account> accounts;
  std::set<std::pair<TargetName, UserName>> user_names;
  std::optional<ClockMark> clock;
  VaultRecord vault;
  std::vector<AuditEntry> audit;
};

/// One change set, after the rules of the contract. A failure leaves `records` half changed: give it a copy.
[[nodiscard]] Result<void> apply(Records& records, const ChangeSet& changes);

[[nodiscard]] std::int64_t count_open_accounts(const Records& records, const TargetName& target);

[[nodiscard]] inline bool is_open(const Account& account) {
  return account.state != AccountState::gone;
}

}  // namespace stagepass::store
