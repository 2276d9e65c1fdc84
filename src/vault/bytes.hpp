#pragma once

#include <stagepass/core/secret.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace stagepass::vault {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Bytes bytes_of(std::string_view text);
[[nodiscard]] std::array<std::uint8_t, 8> big_endian(std::uint64_t number);
[[nodiscard]] std::uint64_t from_big_endian(Bytes eight_bytes);

/// Each field behind its length (8 bytes, big-endian), so that no two lists of fields give the same
/// bytes.
[[nodiscard]] std::vector<std::uint8_t> encode_fields(std::initializer_list<Bytes> fields);

/// BLAKE2b-256 under `key` of the encoded fields. The first field is a label that says what the
/// result is for: it alone keeps the uses of a key apart.
[[nodiscard]] Digest keyed_hash(const Secret& key, std::initializer_list<Bytes> fields);

/// The same as a key of its own.
[[nodiscard]] Secret derive_key(const Secret& key, std::initializer_list<Bytes> fields);

/// In constant time.
[[nodiscard]] bool are_equal(const Digest& a, Bytes b);

}  // namespace stagepass::vault
