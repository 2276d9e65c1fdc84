#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/random.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace stagepass::vault {

/// A span of the vault's life in which credentials are sealed with one key.
struct KeyEpoch {
  std::int64_t number;  ///< from 1 to 2^32 - 1
  Timestamp made_at;
  Secret secret;  ///< 32 bytes: with the key file, the key of the epoch
};

/// The epochs of a vault whose credentials can still be opened; more than one only while a rotation
/// is under way.
///
/// Guarantees: never empty; numbers only rise, so that the last epoch is the newest.
/// Threads: a value; does not change once made.
/// Secrets: those of its epochs.
class Keyring final {
 public:
  /// Errors: `invalid_argument` for a number out of range, as below.
  [[nodiscard]] static Result<Keyring> make(std::int64_t number, Timestamp now, Random& random);

  [[nodiscard]] const std::vector<KeyEpoch>& epochs() const noexcept { return epochs_; }
  [[nodiscard]] const KeyEpoch& newest() const noexcept { return epochs_.back(); }
  /// Null for an epoch that is not there: destroyed, or of a newer keyring than this.
  [[nodiscard]] const KeyEpoch* find(std::int64_t number) const noexcept;

  /// The same with one epoch more.
  [[nodiscard]] Result<Keyring> grown(std::int64_t number, Timestamp now, Random& random) const;
  /// Without all epochs but the newest.
  [[nodiscard]] Keyring newest_alone() const;

 private:
  explicit Keyring(std::vector<KeyEpoch> epochs) : epochs_(std::move(epochs)) {}
  friend Result<Keyring> decode_keyring(const Secret& text, const Secret& key,
                                        const std::string& vault_id);

  std::vector<KeyEpoch> epochs_;
};

/// The text of a keyring file: one line, "stagepass-keyring 1 <base64 of the sealed epochs>\n".
/// Sealed under a key that follows from `key`, the vault's service key.
[[nodiscard]] Secret encode_keyring(const Keyring& keyring, const Secret& key,
                                    const std::string& vault_id, Random& random);

/// Errors: `locked` for a text that is not exactly what this vault has written.
[[nodiscard]] Result<Keyring> decode_keyring(const Secret& text, const Secret& key,
                                             const std::string& vault_id);

}  // namespace stagepass::vault
