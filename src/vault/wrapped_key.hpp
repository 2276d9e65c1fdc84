#pragma once

#include <stagepass/core/secret.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace stagepass::vault {

/// The record of an account's own key, in two layers: the outer one is the epoch's, the inner one
/// the secrets' key's. Records from before there were epochs have the inner one only.
struct WrappedKey {
  std::int64_t epoch = 0;  ///< 0: from before there were epochs
  Bytes box;
};

/// Nothing for what is no such record.
[[nodiscard]] std::optional<WrappedKey> parse_wrapped_key(Bytes record);

/// The record of an outer box of `epoch`.
[[nodiscard]] std::vector<std::uint8_t> encode_wrapped_key(std::int64_t epoch,
                                                           const std::vector<std::uint8_t>& box);

[[nodiscard]] std::vector<std::uint8_t> inner_context(Bytes secret_context);
[[nodiscard]] std::vector<std::uint8_t> outer_context(std::int64_t epoch, Bytes secret_context);

}  // namespace stagepass::vault
