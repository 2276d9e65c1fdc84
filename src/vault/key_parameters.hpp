#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/vault/vault.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <vault/bytes.hpp>
#include <vector>

namespace stagepass::vault {

/// How the secrets' key comes out of a passphrase.
struct PassphraseParameters {
  std::array<std::uint8_t, 16> salt{};
  PassphraseCost cost;
};

/// What a vault stores about its keys: enough to tell a wrong key from a right one, not to find it.
struct KeyParameters {
  Digest service_key_check{};
  Digest secrets_key_check{};
  std::optional<PassphraseParameters> passphrase;  ///< nothing: the key file alone opens all
};

/// Errors: `invalid_argument` for a cost that is too low to protect or too high to be paid again.
[[nodiscard]] Result<void> check_cost(const PassphraseCost& cost);

[[nodiscard]] std::vector<std::uint8_t> encode_key_parameters(const KeyParameters& parameters);

/// Errors: `corrupt`, also for costs outside the bounds: a tampered record must neither weaken the
/// passphrase nor exhaust the machine.
[[nodiscard]] Result<KeyParameters> decode_key_parameters(Bytes encoded);

}  // namespace stagepass::vault
