#pragma once

#include <stagepass/core/result.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::age {

/// A public key as the format uses it: a point of Curve25519 and, if it came as an SSH key, its
/// blob, which an age file names by a hash.
struct CurveKey {
  std::array<std::uint8_t, 32> point{};
  std::vector<std::uint8_t> ssh_blob;  ///< empty: a key of age itself

  friend bool operator==(const CurveKey&, const CurveKey&) = default;
};

/// Whom a file is encrypted to: an X25519 key of age ("age1…") or an ssh-ed25519 key, as the line of
/// its .pub file.
///
/// Guarantees: the key decodes and is not one of the points that would give the same shared secret
/// to everybody; a key for age's plugins or a post-quantum one is refused and never handed to
/// another program.
/// Secrets: holds none. A private key pasted by mistake is named as such and not repeated.
/// Based on: c2sp.org/age and, for SSH keys, the package agessh of age.
class Recipient final {
 public:
  /// Errors: `invalid_argument`.
  [[nodiscard]] static Result<Recipient> parse(std::string_view text);

  /// "age1…", or "ssh-ed25519 AAAA…" without a comment: what `parse` reads as the same.
  [[nodiscard]] std::string str() const;

  [[nodiscard]] const CurveKey& key() const noexcept { return key_; }

  friend bool operator==(const Recipient&, const Recipient&) = default;

 private:
  friend class Identity;
  explicit Recipient(CurveKey key) : key_(std::move(key)) {}
  CurveKey key_;
};

}  // namespace stagepass::age
