#pragma once

#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <age/kdf.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stagepass::age {

inline constexpr std::size_t kChunkSize = std::size_t{64} * 1024;
inline constexpr std::size_t kPayloadNonceSize = 16;

/// STREAM: chunks of 64 KiB under ChaCha20-Poly1305, counted in their nonces, the last one marked,
/// behind the nonce that the payload's key follows from.
[[nodiscard]] std::vector<std::uint8_t> seal_payload(const Secret& file_key, const Secret& content,
                                                     Random& random);

/// How much room the content of a payload takes, if it is one. `payload_size` includes the nonce.
[[nodiscard]] std::size_t content_size(std::size_t payload_size);

struct OpenedPayload {
  std::size_t released = 0;  ///< bytes of verified chunks before anything was found wrong
  bool is_whole = false;     ///< all chunks up to the marked one, and nothing behind it
};

/// Decrypts into `out`, which has room for the content. What was `released` must not be used unless
/// the payload `is_whole`. `payload` has at least its nonce.
[[nodiscard]] OpenedPayload open_payload(const Secret& file_key, Bytes payload, MutableBytes out);

}  // namespace stagepass::age
