#pragma once

#include <string>
#include <string_view>

namespace stagepass::targets {

// Both hold for sessions with sql_mode NO_BACKSLASH_ESCAPES, as SqlConnection sets it up: there a
// quote is the only character that ends a text.

/// 'it''s'
[[nodiscard]] std::string sql_string(std::string_view text);

/// `name`
[[nodiscard]] std::string sql_identifier(std::string_view name);

/// `shop\_1`: in GRANT … ON a schema is a pattern, in which _ and % are wildcards.
[[nodiscard]] std::string sql_schema_pattern(std::string_view schema);

/// 'sp7f3k9q2m5x'@'10.0.0.%'
[[nodiscard]] std::string sql_account(std::string_view user, std::string_view host);

}  // namespace stagepass::targets
