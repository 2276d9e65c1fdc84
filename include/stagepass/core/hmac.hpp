#pragma once

#include <stagepass/core/secret.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace stagepass {

/// HMAC-SHA-256 (RFC 2104): what only somebody who has the key can say of the text. Compare it in constant time.
[[nodiscard]] std::array<std::uint8_t, 32> hmac_sha256(const Secret& key, std::string_view text);

}  // namespace stagepass
