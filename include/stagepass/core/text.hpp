#pragma once

#include <stagepass/core/secret.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// Foreign text made safe for a terminal, a log line or an error message: control characters,
/// bidirectional overrides and invalid UTF-8 appear as \xNN or \uNNNN; longer than `limit` bytes is
/// cut with "…".
[[nodiscard]] std::string escape_untrusted(std::string_view text, std::size_t limit = 300);

/// `text` in quotes for a message about what a person typed, escaped and shortened.
[[nodiscard]] std::string quoted(std::string_view text);

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// `text` without the `blanks` before and behind it.
[[nodiscard]] std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");

/// The first line, without its "\n"; `rest` begins behind it.
[[nodiscard]] std::string_view take_line(std::string_view& rest);

[[nodiscard]] std::string to_hex(Bytes bytes);

}  // namespace stagepass
