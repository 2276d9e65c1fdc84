#pragma once

#include "targets/postgresql/connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

enum class PgRights { read, write };

/// The settings of a postgresql target, checked.
struct PgSettings {
  PgServer server;
  std::string database;
  std::string admin;  ///< the role that stagepass logs in as

  /// What every account is a member of: roles of the merchant, or the group of this target alone.
  std::vector<std::string> roles;
  /// The roles are the group that stagepass itself can make: it has `rights` on `schemas`.
  bool has_own_group = false;
  std::vector<std::string> schemas;
  PgRights rights = PgRights::write;

  std::string keeper;  ///< gets what specialists leave behind
  int connection_limit = 0;
  bool accepts_other_databases = false;  ///< that PUBLIC may connect to them
};

/// Predefined roles that an account may have; all others give files, programs or power.
[[nodiscard]] const std::vector<std::string>& harmless_predefined_roles();

[[nodiscard]] std::vector<SettingInfo> postgresql_setting_infos();

/// Errors: `invalid_argument` naming the setting and what it allows; `policy` for an unencrypted
/// connection to another machine and for roles that give more than access to a database.
[[nodiscard]] Result<PgSettings> parse_postgresql_settings(const Target& target);

}  // namespace stagepass::targets
