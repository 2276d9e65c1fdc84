#pragma once

#include <cstddef>
#include <string_view>

namespace stagepass::vault {

inline constexpr std::size_t kEffLargeWords = 7776;  // 6^5: five dice

/// A word of the EFF large list. `index` < kEffLargeWords.
[[nodiscard]] std::string_view eff_large_word(std::size_t index);

}  // namespace stagepass::vault
