#pragma once

#include <stagepass/age/encrypt.hpp>

#include <age/header.hpp>
#include <age/kdf.hpp>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stagepass::age {

inline constexpr std::string_view kScryptType = "scrypt";

/// The file key for whoever knows a passphrase.
struct ScryptStanza {
  std::array<std::uint8_t, 16> salt{};
  unsigned log2_n = 0;  ///< at most `kMostScryptLog2`
  WrappedFileKey box{};
};

/// Refuses a work factor above `kMostScryptLog2` too: whoever made the file must not choose how
/// much memory its reader needs.
[[nodiscard]] Checked<ScryptStanza> parse_scrypt_stanza(const Stanza& stanza);

/// Nothing if the memory cannot be had.
[[nodiscard]] std::optional<Stanza> seal_for(const Secret& passphrase, ScryptCost cost,
                                             const Secret& file_key, Random& random);

/// The file key, or nothing if it is another passphrase.
[[nodiscard]] Checked<std::optional<Secret>> open_scrypt_stanza(const ScryptStanza& stanza,
                                                                const Secret& passphrase);

}  // namespace stagepass::age
