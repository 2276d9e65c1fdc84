#pragma once

#include <stagepass/core/result.hpp>

#include <string>
#include <string_view>

namespace stagepass::handoff {

// Texts that went through a ticket or a mail.

[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The next line, without the blanks around it and the ">" of a mail; moves `text` behind it.
[[nodiscard]] std::string_view take_pasted_line(std::string_view& text);

/// One line of at most 200 bytes, and nothing that a terminal would do something with. `what` is for the message.
[[nodiscard]] Result<void> check_one_line(std::string_view what, const std::string& text);

}  // namespace stagepass::handoff
