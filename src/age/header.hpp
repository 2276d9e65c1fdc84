#pragma once

#include <stagepass/core/secret.hpp>

#include <age/refusal.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::age {

/// One way to the file key; its first argument names its kind.
struct Stanza {
  std::vector<std::string> arguments;
  std::vector<std::uint8_t> body;
};

[[nodiscard]] std::string write_stanza(const Stanza& stanza);

struct Header {
  std::vector<Stanza> stanzas;
  std::size_t covered = 0;  ///< so many bytes from the start are what the MAC covers
  std::array<std::uint8_t, 32> mac{};
  std::size_t size = 0;  ///< the payload begins here
};

inline constexpr std::string_view kFileStart = "age-encryption.org/";

/// No file of ours comes near it. It bounds what a file can make us compute: each stanza costs as
/// much as a key agreement for each identity.
inline constexpr std::size_t kLongestHeader = std::size_t{64} * 1024;

/// The header at the start of `file`, nothing of it understood beyond its form: the MAC is not
/// checked. Refuses every form but the one of the specification.
[[nodiscard]] Checked<Header> parse_header(std::string_view file);

/// The header of these stanzas, with its MAC.
[[nodiscard]] std::string write_header(const std::vector<Stanza>& stanzas, const Secret& file_key);

[[nodiscard]] std::array<std::uint8_t, 32> header_mac(const Secret& file_key,
                                                      std::string_view covered);

}  // namespace stagepass::age
