#pragma once

#include <stagepass/age/encrypt.hpp>

#include <age/refusal.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

namespace stagepass::age {

/// The file in an armored text. Refuses every text but the one that `to_armor` writes, blanks around
/// it and CRLF at the ends of its lines.
[[nodiscard]] Checked<std::vector<std::uint8_t>> from_armor(std::string_view text);

}  // namespace stagepass::age
