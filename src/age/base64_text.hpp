#pragma once

#include <stagepass/core/secret.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::age {

/// Base64 in a header has no padding, in armor and in a key file it has all of it.
enum class Padding { none, full };

[[nodiscard]] std::string encode_base64(Bytes bytes, Padding padding);

/// How many bytes of `out` were written; nothing unless `text` is exactly what the encoder writes
/// and fits. The bytes touch no other memory, so `out` may be a Secret's.
[[nodiscard]] std::optional<std::size_t> decode_base64(std::string_view text, Padding padding,
                                                       MutableBytes out);

/// Exactly `size` bytes without padding.
template <std::size_t size>
[[nodiscard]] std::optional<std::array<std::uint8_t, size>> decode_exactly(std::string_view text) {
  std::array<std::uint8_t, size> bytes{};
  const auto written = decode_base64(text, Padding::none, bytes);
  return written == size ? std::optional(bytes) : std::nullopt;
}

}  // namespace stagepass::age
