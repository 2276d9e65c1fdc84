#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/audit.hpp>
#include <stagepass/core/case.hpp>
#include <stagepass/core/clock_mark.hpp>
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

/// What a vault keeps about its keys. Opaque to the store.
struct VaultRecord {
  std::string vault_id;  ///< 32 hex digits
  Timestamp created_at;
  std::vector<std::uint8_t> key_parameters;
  std::int64_t key_epoch = 1;  ///< no secret of an older epoch of the keyring may be added
};

/// Later times than these cannot be right: a clock that was wrong for a moment has left them.
struct LatestTimes {
  Timestamp now;
  Timestamp lease;  ///< no lease ends after this
  Timestamp retry;  ///< nothing that is ending is looked at again later than this
  Timestamp plan;   ///< nothing that is planned waits longer than this to be confirmed
  Timestamp audit;  ///< no target is compared later than this
};

/// Everything that one step changes; committed as a whole or not at all.
struct ChangeSet {
  std::vector<Case> cases;            ///< added unless there, with nothing but their day
  std::vector<Recipient> recipients;  ///< added unless there, without keys
  std::vector<Grant> new_grants;
  std::vector<Account> new_accounts;
  std::vector<Grant> grants;      ///< updates: `version` must be the stored one
  std::vector<Account> accounts;  ///< updates: `version` must be the stored one
  std::vector<Target> new_targets;
  std::vector<Target> targets;  ///< updates: `version` must be the stored one
  std::vector<TargetName> removed_targets;
  /// Updates of their keys, after `recipients` are added: `version` must be the stored one, which is 1 at first.
  std::vector<Recipient> changed_recipients;
  /// Kept only if it is later than the stored one in the same epoch, or of a new epoch.
  std::optional<ClockMark> clock;
  /// The oldest epoch that a secret here was sealed anew in: must not be older than the stored one,
  /// whose place it takes. Whoever seals sets it.
  std::optional<std::int64_t> key_epoch;
  /// Other parameters of the keys: then `accounts` must hold every account that has a secret.
  std::optional<std::vector<std::uint8_t>> key_parameters;
  std::vector<Case> new_cases;
  std::vector<Case> changed_cases;  ///< updates: `version` must be the stored one
  std::vector<AuditEntry> audit;    ///< put behind the log in this order
  /// Subjects that the log must not know yet: what may happen once only, whoever else looks at the same moment.
  std::vector<std::string> unheard{};
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
/// Guarantees: `commit`, `claim_due`, `bring_forward` and `mend_times` are atomic and durable when they return; an update whose
/// `version` is not the stored one changes nothing and fails with `conflict`; every update raises
/// the version by one. A secret sealed in an epoch that a rotation has left behind is refused
/// (`conflict`): it would open nothing once that epoch is destroyed. User names are never used twice on a target,
/// not even after their account is gone. No grant is added or lengthened under a case that is closed, or beyond its time-box,
/// and no time-box set that an account under the case outlives, even by who looked before somebody else wrote (`conflict`).
/// Nothing is committed with a subject that is to be unheard of and is not (`conflict`).
/// The audit log only grows, without gaps. A record that is read comes with
/// the MAC that the log gives to it at that moment, except from `grants` and `due`, which look at many. What is
/// destroyed (a sealed secret set to
/// nothing) is overwritten in the file.
/// Threads: all methods may be called from any thread.
/// Failure: `unavailable` (locked, disk full, I/O; nothing changed), `not_durable` (a sync failed:
/// what the disk holds is unknown, and this object does nothing more), `corrupt`, `conflict`,
/// `not_found`, `permission_denied`. No host-local locks in this contract: many nodes may share
/// one store.
/// Secrets: holds opaque sealed blobs only.
class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual Result<VaultRecord> vault() = 0;

  /// Errors: `not_durable` once a sync has failed, in whichever thread. Waits for nobody.
  [[nodiscard]] virtual Result<void> still_durable() const { return {}; }

  /// The latest time this vault has seen; nothing before the first.
  [[nodiscard]] virtual Result<std::optional<ClockMark>> clock_mark() = 0;

  [[nodiscard]] virtual Result<void> commit(const ChangeSet& changes) = 0;

  [[nodiscard]] virtual Result<Target> target(const TargetName& name) = 0;
  [[nodiscard]] virtual Result<std::vector<Target>> targets() = 0;

  /// Nothing if there is no record of it.
  [[nodiscard]] virtual Result<std::optional<Case>> find_case(const CaseRef& ref) = 0;

  /// By reference; at most `limit` that come after `after` (for paging).
  [[nodiscard]] virtual Result<std::vector<Case>> cases(const std::optional<CaseRef>& after,
                                                        std::size_t limit) = 0;

  [[nodiscard]] virtual Result<GrantWithAccounts> grant(const GrantId& id) = 0;

  /// The account of this id on whatever target, gone or not; nothing if there is none.
  [[nodiscard]] virtual Result<std::optional<Account>> account(const AccountId& id) = 0;

  /// Matching grants, oldest first; at most `limit` that come after `after` (for paging).
  [[nodiscard]] virtual Result<std::vector<GrantWithAccounts>> grants(
      const GrantFilter& filter, const std::optional<GrantId>& after, std::size_t limit) = 0;

  /// Errors: `not_found`.
  [[nodiscard]] virtual Result<Recipient> recipient(const RecipientName& name) = 0;
  /// By name.
  [[nodiscard]] virtual Result<std::vector<Recipient>> recipients() = 0;

  /// Accounts on the target that are not gone.
  [[nodiscard]] virtual Result<std::int64_t> open_accounts_on(const TargetName& target) = 0;

  /// The same accounts themselves, by id; at most `limit` that come after `after` (for paging).
  [[nodiscard]] virtual Result<std::vector<Account>> accounts_on(
      const TargetName& target, const std::optional<AccountId>& after, std::size_t limit) = 0;

  /// Targets whose records are to be compared with what is there (`next_audit_at <= now`).
  [[nodiscard]] virtual Result<std::vector<TargetName>> targets_to_audit(Timestamp now) = 0;

  /// Targets with an account that is due now and not leased, the one that waits longest first, then by
  /// name: O(due).
  [[nodiscard]] virtual Result<std::vector<TargetName>> targets_with_due(Timestamp now) = 0;

  /// Takes the account on `target` that is due longest (`next_at <= now`, no lease beyond now), a planned one before
  /// all others since its siblings elsewhere wait for it, and leases it until `lease_until`; nothing if none is due. The
  /// version of the answer is the fence for the update that follows.
  [[nodiscard]] virtual Result<std::optional<Account>> claim_due(const TargetName& target,
                                                                 Timestamp now,
                                                                 Timestamp lease_until) = 0;

  /// The target answers again: what was put off there is due now, but for what is leased. Returns
  /// how many that were.
  [[nodiscard]] virtual Result<std::int64_t> bring_forward(const TargetName& target,
                                                           Timestamp now) = 0;

  /// Makes due now what was put off, and frees what was leased, beyond what can be right; an active
  /// account that would be looked at after its end is due at its end. Returns how many that were.
  [[nodiscard]] virtual Result<std::int64_t> mend_times(const LatestTimes& times) = 0;

  /// Compares what records are found by with the records themselves and builds it anew where they do not
  /// agree: an account that nothing finds would never be due. True if they did not. Reads everything.
  /// Errors: `corrupt` for damage beyond that.
  [[nodiscard]] virtual Result<bool> mend_indexes() = 0;

  /// The accounts due now, longest first, up to `limit`; takes nothing (for --dry-run).
  [[nodiscard]] virtual Result<std::vector<Account>> due(Timestamp now, std::size_t limit) = 0;

  /// The earliest `next_at` of all accounts, nothing if none waits.
  [[nodiscard]] virtual Result<std::optional<Timestamp>> next_due() = 0;

  [[nodiscard]] virtual Result<Overdue> overdue(Timestamp now) = 0;

  /// Audit entries about `subject`, oldest first.
  [[nodiscard]] virtual Result<std::vector<AuditEntry>> audit_of(const std::string& subject) = 0;

  /// The entries as they are stored, whether or not their hashes are right; at most `limit` that
  /// come after the position `after` (for paging).
  [[nodiscard]] virtual Result<std::vector<AuditEntry>> audit(std::int64_t after,
                                                              std::size_t limit) = 0;

  /// The last entry's position and hash. Empty, too, for a log that an earlier version wrote and
  /// that was not continued yet: the first entry that follows chains those before it.
  [[nodiscard]] virtual Result<AuditHead> audit_head() = 0;
};

}  // namespace stagepass
