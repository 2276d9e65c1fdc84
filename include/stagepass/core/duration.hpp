#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>

#include <string>
#include <string_view>

namespace stagepass {

/// Reads a duration: "90s", "30m", "8h", "2d", "1w", or several units from large to small
/// ("1h30m"). Errors: `invalid_argument` for anything else: zero, signs, fractions, repeated
/// units, overflow, blanks.
[[nodiscard]] Result<Ttl> parse_duration(std::string_view text);

/// The exact form in the largest units that fit: 5400 s is "1h30m".
[[nodiscard]] std::string format_duration(Ttl ttl);

}  // namespace stagepass
