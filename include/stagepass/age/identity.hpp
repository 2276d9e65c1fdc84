#pragma once

#include <stagepass/age/recipient.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace stagepass::age {

/// What opens an age file: an X25519 key of age, an ssh-ed25519 key, or a passphrase.
///
/// Guarantees: an SSH key's halves belong together.
/// Threads: const after construction, so shared reading is safe.
/// Secrets: holds one; moved, never copied.
/// Based on: c2sp.org/age; PROTOCOL.key of OpenSSH.
class Identity final {
 public:
  /// Errors: `invalid_argument` for an empty passphrase.
  [[nodiscard]] static Result<Identity> of_passphrase(Secret passphrase);

  /// Whom to encrypt to so that this opens it; nothing for a passphrase.
  [[nodiscard]] std::optional<Recipient> recipient() const;

  /// The scalar of a key, or the passphrase.
  [[nodiscard]] const Secret& secret() const noexcept { return secret_; }
  /// Nothing for a passphrase.
  [[nodiscard]] const std::optional<CurveKey>& key() const noexcept { return key_; }

 private:
  friend Result<Identity> read_age_key(std::string_view line);
  friend Result<Identity> read_ssh_key(std::string_view file);
  Identity(std::optional<CurveKey> key, Secret secret)
      : key_(std::move(key)), secret_(std::move(secret)) {}

  std::optional<CurveKey> key_;
  Secret secret_;
};

/// The keys of a file: one of age-keygen ("AGE-SECRET-KEY-1…", one a line, between empty lines and
/// comments), or an OpenSSH private key without a passphrase.
/// Errors: `invalid_argument`, also for a file without a key, for one with more than a hundred, for
/// an encrypted SSH key and for a kind of key that cannot be used. No error repeats the file.
[[nodiscard]] Result<std::vector<Identity>> read_identities(const Secret& file);

/// A new X25519 key: its one line, "AGE-SECRET-KEY-1…\n".
[[nodiscard]] Secret generate_identity(Random& random);

}  // namespace stagepass::age
