#pragma once

#include <stagepass/ports/store.hpp>

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace stagepass::store {

/// All that is stored; copied, changed and put in place of the old for a commit.
struct MemoryRecords {
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

[[nodiscard]] std::int64_t count_open_accounts(const MemoryRecords& records,
                                               const TargetName& target);

/// `stored` after `changes`, as the contract of the store says.
[[nodiscard]] Result<MemoryRecords> applied(const MemoryRecords& stored, const ChangeSet& changes);

}  // namespace stagepass::store
