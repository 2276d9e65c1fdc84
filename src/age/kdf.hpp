#pragma once

#include <stagepass/core/secret.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stagepass::age {

inline constexpr std::size_t kFileKeySize = 16;
inline constexpr std::size_t kTagSize = 16;  ///< of ChaCha20-Poly1305

[[nodiscard]] Bytes bytes_of(std::string_view text);

/// HMAC-SHA-256 (RFC 2104).
[[nodiscard]] std::array<std::uint8_t, 32> hmac(const Secret& key, Bytes message);

/// 32 bytes of HKDF-SHA-256 (RFC 5869), which libsodium has from 1.0.19 on.
[[nodiscard]] Secret hkdf(Bytes material, Bytes salt, std::string_view info);

/// Nothing if `point` is one that gives everybody the same result.
[[nodiscard]] std::optional<Secret> x25519(const Secret& scalar, Bytes point);
[[nodiscard]] std::array<std::uint8_t, 32> x25519_public(const Secret& scalar);

/// A file key under a key used only once: ChaCha20-Poly1305 with a nonce of zeros.
using WrappedFileKey = std::array<std::uint8_t, kFileKeySize + kTagSize>;
[[nodiscard]] WrappedFileKey wrap_file_key(const Secret& key, const Secret& file_key);
/// Nothing if it was wrapped with another key.
[[nodiscard]] std::optional<Secret> unwrap_file_key(const Secret& key, const WrappedFileKey& box);

}  // namespace stagepass::age
