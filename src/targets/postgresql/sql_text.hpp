#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// A name in double quotes, as SQL takes it, whatever is in it.
[[nodiscard]] std::string sql_name(std::string_view name);

/// Text in single quotes. Every connection of ours has standard_conforming_strings on.
[[nodiscard]] std::string sql_text(std::string_view text);

/// `"a", "b"`
[[nodiscard]] std::string sql_names(const std::vector<std::string>& names);

/// `ARRAY['a', 'b']::text[]`
[[nodiscard]] std::string sql_array(const std::vector<std::string>& texts);

}  // namespace stagepass::targets
