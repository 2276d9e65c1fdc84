#pragma once

#include <cstddef>
#include <string_view>

namespace stagepass {

inline constexpr std::size_t kEffLargeWords = 7776;  // 6^5: five dice

/// A word of the EFF large list: lower case, three to nine characters, a few with a hyphen. `index` < kEffLargeWords.
[[nodiscard]] std::string_view eff_large_word(std::size_t index);

}  // namespace stagepass
