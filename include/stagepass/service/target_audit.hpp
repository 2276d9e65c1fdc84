#pragma once

#include <stagepass/service/account_ender.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace stagepass::service {

/// An account of ours on a target that no open record accounts for.
struct Orphan {
  UserName user_name;
  EndEvidence evidence;
  std::optional<Error> problem;  ///< why it is not gone yet; nothing if it was proven gone
};

/// A target compared with the records.
struct TargetAudit {
  std::size_t on_record = 0;            ///< accounts of ours that are as they should be
  std::vector<Orphan> orphans;          ///< ended
  std::vector<AccountOutcome> missing;  ///< deleted by somebody else: closed
  /// Left alone, a phrase each: accounts of another vault, or whose mark does not verify.
  std::vector<std::string> foreign;
  bool is_by_hand = false;   ///< a person keeps it: there was nothing to be compared
  bool was_listed = true;    ///< false: the target cannot list, so orphans would not be seen
  bool was_complete = true;  ///< false: the time was over before all was looked at
  std::vector<std::string> problems;  ///< accounts that could not be judged, a phrase each

  /// Nothing is left to do, and nothing to be looked at again soon.
  [[nodiscard]] bool is_settled() const;
};

/// How often purge compares a target with the records, unless told otherwise.
inline constexpr Ttl kAuditEvery = std::chrono::hours(24);

struct AuditOptions {
  Timestamp stop_at;  ///< begins nothing new after it; caps all but the end of accounts on record
  Ttl next = kAuditEvery;  ///< how long purge may leave the target alone after this
  std::stop_token stop;    ///< the account at hand is finished, then no more
};

/// Compares what carries our mark on a target with the records.
///
/// Guarantees: an orphan is ended and proven gone as any other account; an account that is missing
/// on the target is closed as already absent, after its residue was looked for; what is not ours is
/// never touched. May run beside grants and purges: an account that comes or goes meanwhile is
/// neither taken for an orphan nor for missing.
/// Failure: what the target or a damaged record says about one account is in the audit, and stops
/// no other; an Error is about the listing or the store. What is not settled is looked at again
/// within a quarter of an hour.
/// Secrets: as AccountEnder.
/// Based on: Crossplane, which cannot tell and stops for a human; reliability.md 2.2, "Reconciler".
[[nodiscard]] Result<TargetAudit> audit_target(Workspace& workspace, const TargetName& name,
                                               const AuditOptions& options);

}  // namespace stagepass::service
