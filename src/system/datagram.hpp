#pragma once

#include <stagepass/core/result.hpp>

#include <string>
#include <string_view>

namespace stagepass::system {

enum class WhenFull { fail, wait };

/// Sends `text` to the datagram socket of this name; "@name" is in the abstract namespace. Errors:
/// `invalid_argument` for a name that none can have, `unavailable` where nobody takes it.
[[nodiscard]] Result<void> send_datagram(const std::string& name, std::string_view text,
                                         WhenFull when_full);

}  // namespace stagepass::system
