#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace stagepass::cli {

/// Reads what a person named: a file, or "-" for stdin. Everything is read as a secret, for people
/// do name the wrong file. `what` is for messages: "the key file". Errors: `not_found`,
/// `permission_denied`, `invalid_argument` beyond `limit` bytes.
[[nodiscard]] Result<Secret> read_input(const std::string& path, std::string_view what,
                                        std::size_t limit);

/// The one line that such a file holds, without the line ends of whichever system.
[[nodiscard]] std::string_view without_line_ends(std::string_view text);

}  // namespace stagepass::cli
