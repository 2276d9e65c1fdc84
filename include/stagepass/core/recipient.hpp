#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// A public key that hand-offs are sealed for, as age writes it: "age1…" or "ssh-ed25519 AAAA…" without a comment.
struct RecipientKey {
  std::string text;
  Timestamp added_at;
  std::string added_by;
  /// When a person has compared its fingerprint with its owner, by another way than it came.
  std::optional<Timestamp> confirmed_at;
  std::string confirmed_by;

  friend bool operator==(const RecipientKey&, const RecipientKey&) = default;
};

/// A specialist.
struct Recipient {
  RecipientName name;
  Timestamp created_at;
  std::vector<RecipientKey> keys{};  ///< each text once, in the order of the texts
  std::int64_t version = 1;
  std::string vouched_mac{};  ///< what the audit log says of this record; given by the store

  [[nodiscard]] const RecipientKey* key(std::string_view text) const;
};

/// More keys than one person has.
inline constexpr std::size_t kMostKeys = 10;

/// Eight words to compare by phone, separated by blanks: 103 bits of a BLAKE2b hash of `label`, a line end and `text`.
///
/// Guarantees: the same for the same text, for ever; who wants to make another text with these words has to try
/// 2^103 of them.
/// Secrets: none.
/// Based on: the words of EFF's large list.
[[nodiscard]] std::string eight_words(std::string_view label, std::string_view text);

/// Those of a recipient's key.
[[nodiscard]] std::string fingerprint_of(std::string_view key_text);

}  // namespace stagepass
