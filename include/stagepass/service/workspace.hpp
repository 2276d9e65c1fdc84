#pragma once

#include <stagepass/core/clock.hpp>
#include <stagepass/core/policy.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/vault/vault.hpp>

#include <string>

namespace stagepass::service {

/// What every use case works with. Put together once, in the composition root; all members outlive
/// the services.
struct Workspace {
  Store& store;
  vault::Vault& vault;
  DriverFactory& drivers;
  Clock& clock;
  Random& random;
  std::string actor;  ///< who works here: "ana (uid 1000) on shop1"
  Policy policy;
};

/// How long one operation on a target may take.
inline constexpr Timeout kStepTimeout = std::chrono::seconds(60);

/// A created account must be confirmed within this time, or the scheduler takes it away.
inline constexpr Ttl kCreateLimit = std::chrono::minutes(10);

/// Nobody else touches an account for this long after it was claimed: longer than all steps of an
/// end together.
inline constexpr Ttl kLease = std::chrono::minutes(10);

/// The driver of a target with its unsealed admin credentials.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> driver_for(Workspace& workspace,
                                                               const Target& target);

}  // namespace stagepass::service
