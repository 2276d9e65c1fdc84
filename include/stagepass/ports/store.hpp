#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/ids.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace stagepass {

/// One entry of the audit log: who did what to which, and how it went. Never a secret.
struct AuditEntry {
  Timestamp at;
  std::string actor;    ///< "ana (uid 1000) on shop1"
  std::string action;   ///< "grant", "retrieve", "account.active", "account.gone" …
  std::string subject;  ///< a grant, account or target
  std::string detail;
};

/// What a vault keeps about its keys. Opaque to the store.
struct VaultRecord {
  std::string vault_id;  ///< 32 hex digits
  Timestamp created_at;
  std::vector<std::uint8_t> key_parameters;
};

/// Everything that one step changes; committed as a whole or not at all.
struct ChangeSet {
  std::vector<Case> cases;            ///< added unless there
  std::vector<Recipient> recipients;  ///< added unless there
  std::vector<Grant> new_grants;
  std::vector<Account> new_accounts;
  std::vector<Grant> grants;      ///< updates: `version` must be the stored one
  std::vector<Account> accounts;  ///< updates: `version` must be the stored one
  std::vector<Target> new_targets;
  std::vector<Target> targets;  ///< updates: `version` must be the stored one
  std::vector<TargetName> removed_targets;
  std::vector<AuditEntry> audit;
};

/// Which grants are meant; empty members match all.
struct GrantFilter {
  std::optional<GrantId> id;
  std::optional<CaseRef> case_ref;
  std::optional<RecipientName> recipient;
  std::optional<TargetName> target;  ///< grants with an account there
  enum class Include { open, all };
  Include include = Include::open;  ///< open: at least one account not gone
};

struct GrantWithAccounts {
  Grant grant;
  std::vector<Account> accounts;
};

/// What is past its end and not proven gone.
struct Overdue {
  std::int64_t accounts = 0;
  std::optional<Timestamp> oldest;  ///< the earliest `ends_at` of them
};

/// The records of one vault.
///
/// Guarantees: `commit` and `claim_due` are atomic and durable when they return; an update whose
/// `version` is not the stored one changes nothing and fails with `conflict`; every update raises
/// the version by one. User names are never used twice on a target, not even after their account
/// is gone. What is destroyed (a sealed secret set to nothing) is overwritten in the file.
/// Threads: all methods may be called from any thread.
/// Failure: `unavailable` (locked, disk full, I/O; nothing changed), `corrupt`, `conflict`,
/// `not_found`, `permission_denied`. No host-local locks in this contract: many nodes may share
/// one store.
/// Secrets: holds opaque sealed blobs only.
class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual Result<VaultRecord> vault() = 0;

  [[nodiscard]] virtual Result<void> commit(const ChangeSet& changes) = 0;

  [[nodiscard]] virtual Result<Target> target(const TargetName& name) = 0;
  [[nodiscard]] virtual Result<std::vector<Target>> targets() = 0;

  [[nodiscard]] virtual Result<GrantWithAccounts> grant(const GrantId& id) = 0;

  /// Matching grants, oldest first; at most `limit` that come after `after` (for paging).
  [[nodiscard]] virtual Result<std::vector<GrantWithAccounts>> grants(
      const GrantFilter& filter, const std::optional<GrantId>& after, std::size_t limit) = 0;

  /// Accounts on the target that are not gone.
  [[nodiscard]] virtual Result<std::int64_t> open_accounts_on(const TargetName& target) = 0;

  /// Targets with an account that is due now and not leased: O(due).
  [[nodiscard]] virtual Result<std::vector<TargetName>> targets_with_due(Timestamp now) = 0;

  /// Takes the account on `target` that is due longest (`next_at <= now`, no lease beyond now) and
  /// leases it until `lease_until`; nothing if none is due. The version of the answer is the fence
  /// for the update that follows.
  [[nodiscard]] virtual Result<std::optional<Account>> claim_due(const TargetName& target,
                                                                 Timestamp now,
                                                                 Timestamp lease_until) = 0;

  /// The accounts due now, longest first, up to `limit`; takes nothing (for --dry-run).
  [[nodiscard]] virtual Result<std::vector<Account>> due(Timestamp now, std::size_t limit) = 0;

  /// The earliest `next_at` of all accounts, nothing if none waits.
  [[nodiscard]] virtual Result<std::optional<Timestamp>> next_due() = 0;

  [[nodiscard]] virtual Result<Overdue> overdue(Timestamp now) = 0;

  /// Audit entries about `subject`, oldest first.
  [[nodiscard]] virtual Result<std::vector<AuditEntry>> audit_of(const std::string& subject) = 0;
};

}  // namespace stagepass
