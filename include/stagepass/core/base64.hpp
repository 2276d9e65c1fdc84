#pragma once

#include <stagepass/core/secret.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// Base64 with padding, the alphabet of RFC 4648, 4.
[[nodiscard]] std::string to_base64(Bytes bytes);

/// Nothing unless `text` is exactly what `to_base64` writes: each value has one text. libsodium
/// 1.0.18 alone would also take bytes beyond ASCII, as if they were "/".
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace stagepass
