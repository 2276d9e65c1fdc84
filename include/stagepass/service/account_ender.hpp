#pragma once

#include <stagepass/ports/progress.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>
#include <string>

namespace stagepass::service {

/// How one attempt to end an account went.
struct AccountOutcome {
  Account account;               ///< as stored after the attempt
  std::optional<Error> problem;  ///< why it is not gone yet; nothing if it is gone
  std::string early{};           ///< why it ended before its agreed end, if the clock has ended it
};

/// Takes one account through disable, end of sessions, erase and verify.
///
/// Guarantees: `gone` only after the driver proved it; every attempt and its outcome is in the
/// audit log; an attempt may be repeated after a crash anywhere.
/// Threads: safe from several threads for different accounts.
/// Failure: what the target says is the outcome's `problem` and the account is postponed, never
/// given up; an Error is about the store.
/// Secrets: opens the old password for the refused login if the vault is unlocked; works without.
class AccountEnder final {
 public:
  explicit AccountEnder(Workspace& workspace) : workspace_(&workspace) {}

  /// `claimed` is leased to us. `reason` is recorded if the grant has none yet. All steps together take five minutes at
  /// most: half a lease.
  [[nodiscard]] Result<AccountOutcome> end(Account claimed, EndReason reason);

 private:
  Workspace* workspace_;
};

/// No retry is later than this after a failure.
inline constexpr Ttl kLongestRetryDelay = std::chrono::minutes(23);

/// When to look again after `attempts` failures: min(2^attempts * 10 s, 15 min), give or take half.
[[nodiscard]] Ttl retry_delay(std::int64_t attempts, Random& random);

}  // namespace stagepass::service
