#pragma once

#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace stagepass::vault {

/// What a box adds to its content: nonce 24, authentication tag 16, commitment 32.
inline constexpr std::size_t kBoxOverhead = 24 + 16 + 32;

/// Encrypts `content` so that only `key` with the same `context` opens it.
///
/// Guarantees: XChaCha20-Poly1305 with a random nonce, and a commitment: no second key opens the
/// same box to anything else. Based on: SECURITY.md, "Record format, byte by byte".
[[nodiscard]] std::vector<std::uint8_t> seal_box(const Secret& key, const Secret& content,
                                                 Bytes context, Random& random);

/// Nothing if the box was not sealed with this key and context, or was edited.
[[nodiscard]] std::optional<Secret> open_box(const Secret& key, Bytes box, Bytes context);

}  // namespace stagepass::vault
