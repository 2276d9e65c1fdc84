#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo postgresql_driver_info();

/// The driver for roles of a PostgreSQL server (14 or later) that may log in to one database.
///
/// Guarantees: touches only roles whose COMMENT is the marker; each account is a member of roles
/// that have the rights, and has none of its own; the server gets a SCRAM verifier and never sees
/// the password. What an account owned at its end belongs to the keeper afterwards: none of it is
/// deleted.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_postgresql_driver(
    const Target& target, SecretSettings secrets, const DriverTools& tools);

}  // namespace stagepass::targets
