#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// The word of `known` that was probably meant by `typed`: at most two letters changed, added,
/// dropped or swapped. Empty if none is that near.
[[nodiscard]] std::string nearest_word(std::string_view typed,
                                       const std::vector<std::string>& known);

}  // namespace stagepass
