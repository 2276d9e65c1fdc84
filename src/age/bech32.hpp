#pragma once

#include <stagepass/core/secret.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace stagepass::age {

/// The length of a text with a prefix of `prefix_size` characters for so many bytes.
[[nodiscard]] std::size_t bech32_size(std::size_t prefix_size, std::size_t byte_count);

/// Writes the lower-case text for `bytes` behind the lower-case `prefix` into `out`, which has
/// exactly the size for it.
void encode_bech32(std::string_view prefix, Bytes bytes, std::span<char> out);

/// Fills all of `out` from a text with the lower-case `prefix`, in lower or in upper case; false for
/// anything that `encode_bech32` does not write in one of the two. `out` may then hold parts of it.
[[nodiscard]] bool decode_bech32(std::string_view text, std::string_view prefix, MutableBytes out);

}  // namespace stagepass::age
