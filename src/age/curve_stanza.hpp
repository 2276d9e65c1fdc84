#pragma once

#include <stagepass/age/recipient.hpp>
#include <stagepass/ports/random.hpp>

#include <age/header.hpp>
#include <age/kdf.hpp>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stagepass::age {

inline constexpr std::string_view kX25519Type = "X25519";
inline constexpr std::string_view kSshEd25519Type = "ssh-ed25519";

/// The file key for the owner of a key on Curve25519.
struct CurveStanza {
  using SshTag = std::array<std::uint8_t, 4>;

  std::optional<SshTag> ssh_tag;  ///< which SSH key; nothing for a key of age itself
  std::array<std::uint8_t, 32> share{};
  WrappedFileKey box{};
};

[[nodiscard]] Checked<CurveStanza> parse_curve_stanza(const Stanza& stanza);

/// Nothing for a key that gives everybody the same shared secret; there is no such Recipient.
[[nodiscard]] std::optional<Stanza> seal_for(const CurveKey& key, const Secret& file_key,
                                             Random& random);

/// The file key, or nothing if the stanza is for another key.
[[nodiscard]] Checked<std::optional<Secret>> open_curve_stanza(const CurveStanza& stanza,
                                                               const CurveKey& key,
                                                               const Secret& scalar);

}  // namespace stagepass::age
