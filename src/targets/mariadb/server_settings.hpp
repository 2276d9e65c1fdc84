#pragma once

#include "targets/mariadb/sql_connection.hpp"
#include "targets/settings.hpp"

#include <stagepass/core/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// Where a database server is, from the settings host or socket, port, tls and ca of a target of
/// this driver. Errors: `invalid_argument` naming the setting and what it allows, `policy` for an
/// unencrypted connection over a network.
[[nodiscard]] Result<SqlServer> parse_sql_server(Settings& values, const std::string& driver);

/// Letters, digits and `more`, from one to `longest` of them: nothing that ends a name in SQL.
[[nodiscard]] bool consists_of(std::string_view text, std::string_view more, std::size_t longest);

}  // namespace stagepass::targets
