#pragma once

#include <stagepass/core/policy.hpp>
#include <stagepass/ports/checkpoint_place.hpp>
#include <stagepass/ports/progress.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/service/clock_guard.hpp>
#include <stagepass/vault/vault.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace stagepass::service {

/// What every use case works with. Put together once, in the composition root; all members outlive
/// the services.
struct Workspace {
  Store& store;
  vault::Vault& vault;
  DriverFactory& drivers;
  ClockGuard& clock;
  Random& random;
  std::string actor;  ///< who works here: "ana (uid 1000) on shop1"
  /// Or why it cannot be read: then nothing is granted or extended, and everything is ended all the same.
  Result<Policy> policy;
  std::size_t lanes = 8;  ///< targets that a finish or revoke works on at the same time
  std::vector<CheckpointPlace*> checkpoints{};  ///< where the ends of the audit log are kept
};

/// How long one operation on a target may take.
inline constexpr Timeout kStepTimeout = std::chrono::seconds(60);

/// A created account must be confirmed within this time, or the scheduler takes it away.
inline constexpr Ttl kCreateLimit = std::chrono::minutes(10);

/// Nobody else touches an account for this long after it was claimed: longer than all steps of an
/// end together.
inline constexpr Ttl kLease = std::chrono::minutes(10);

/// Nothing begins and nothing is lengthened by a clock that was set back; a jump forward is told.
/// Errors: `unavailable` with what to do.
[[nodiscard]] Result<void> require_sound_clock(Workspace& workspace, Progress& progress);

/// The driver of a target with its unsealed admin credentials.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> driver_for(Workspace& workspace,
                                                               const Target& target);

}  // namespace stagepass::service
