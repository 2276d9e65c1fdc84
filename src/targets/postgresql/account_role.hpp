#pragma once

#include "targets/postgresql/connection.hpp"
#include "targets/postgresql/postgresql_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>
#include <string>
#include <vector>

namespace stagepass::targets {

inline constexpr int kVersionWithGrantOptions = 160000;  // GRANT … WITH INHERIT, SET

/// A role as the server's catalogue shows it.
struct PgRole {
  std::string oid;
  std::string marker;        ///< its COMMENT; foreign text
  bool is_powerful = false;  ///< more than a login: superuser, CREATEROLE, CREATEDB …
};

[[nodiscard]] Result<std::optional<PgRole>> find_role(PgConnection& connection,
                                                      const std::string& name,
                                                      const Deadline& deadline);

/// Nothing if there is no such role. Errors: `refused` if it does not carry the marker.
[[nodiscard]] Result<std::optional<PgRole>> find_ours(PgConnection& connection,
                                                      const AccountRef& account,
                                                      const Deadline& deadline);

/// Errors: `policy` for a role that does not exist, or that is, or by way of others leads to, more
/// than access to data: superuser, CREATEROLE, files, programs, the admin himself.
[[nodiscard]] Result<void> require_harmless(PgConnection& connection,
                                            const std::vector<std::string>& roles,
                                            const Deadline& deadline);

struct RoleOrder {
  const AccountSpec& account;
  const PgSettings& settings;
  const std::string& verifier;
  bool exists = false;  ///< one of ours, to be made as ordered
};

/// Makes the role, or makes it anew, in one transaction that lets it log in as its last step.
[[nodiscard]] Result<void> make_role(PgConnection& connection, const RoleOrder& order,
                                     const Deadline& deadline);

/// No login by any way, no password, no rights.
[[nodiscard]] Result<void> close_role(PgConnection& connection, const UserName& name,
                                      const Deadline& deadline);

[[nodiscard]] Result<void> set_role_end(PgConnection& connection, const UserName& name,
                                        Timestamp expires_at, const Deadline& deadline);

/// `GRANT role TO CURRENT_USER` with all that the server's version needs to act for the role.
[[nodiscard]] std::string grant_to_admin(const PgConnection& connection, const std::string& role);

}  // namespace stagepass::targets
