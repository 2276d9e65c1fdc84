#pragma once

#include "targets/mariadb/sql_connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>
#include <string>
#include <vector>

namespace stagepass::targets {

enum class MariadbRights { read, write };

/// The settings of a mariadb target, checked.
struct MariadbSettings {
  SqlServer server;
  std::string admin;
  std::vector<std::string> schemas;  ///< what the specialist may use; empty only with a role
  MariadbRights rights = MariadbRights::write;
  std::optional<std::string> role;  ///< instead of rights of its own
  std::string from;                 ///< the host part of the accounts
  unsigned max_connections = 0;
  bool require_ssl = false;
};

[[nodiscard]] std::vector<SettingInfo> mariadb_setting_infos();

/// Errors: `invalid_argument` naming the setting and what it allows, `policy` for an unencrypted
/// connection over a network and for the server's own schemas.
[[nodiscard]] Result<MariadbSettings> parse_mariadb_settings(const Target& target);

/// "SELECT, INSERT, UPDATE, DELETE"
[[nodiscard]] std::string privileges_of(MariadbRights rights);

}  // namespace stagepass::targets
