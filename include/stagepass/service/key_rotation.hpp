#pragma once

#include <stagepass/service/workspace.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace stagepass::service {

/// How often purge rotates the keys, unless told otherwise.
inline constexpr Ttl kRotateEvery = std::chrono::hours(24);

/// What a rotation has done.
struct Rotation {
  std::int64_t epoch = 0;     ///< the only one that is left
  std::size_t rewrapped = 0;  ///< credentials that were moved to it
  std::size_t lost = 0;       ///< credentials of open accounts that no key opens any more
};

/// Begins a new epoch of the keyring, wraps every live credential anew and destroys the older epochs:
/// from then on no older copy of the database gives a credential away, whoever has the key file and
/// the passphrase.
///
/// Guarantees: may be cut off at any point; the next one, or the next purge, finishes it. Nothing is
/// sealed in an epoch that is not durable, and none is destroyed that a live credential needs. Runs
/// beside grants, retrieves and purges of other processes without anybody noticing.
/// Threads: one at a time per vault, whichever process; the others have `conflict`.
/// Failure: `conflict` while another is at work; `corrupt` on an older copy of the records, where
/// nothing is destroyed; `locked` for a keyring that is missing or damaged and still needed; else of
/// the store and the keyring's place.
/// Secrets: keys of credentials while they are wrapped anew; needs no passphrase.
/// Based on: reliability.md 3.4.
[[nodiscard]] Result<Rotation> rotate_keys(Workspace& workspace);

/// The same if the newest epoch is `every` old by the vault's clock, or a rotation was cut off.
/// Nothing if it is not due, or another one is at work.
[[nodiscard]] Result<std::optional<Rotation>> rotate_keys_if_due(Workspace& workspace, Ttl every);

/// The keys as they are, and what is sealed with them.
struct KeysInUse {
  vault::EpochInfo newest;
  std::map<std::int64_t, std::size_t> secrets;  ///< live credentials by epoch; 0: of none
  std::size_t unreadable = 0;                   ///< of these, those of an epoch that is not there
  bool is_rotating = false;                     ///< a rotation is at work, or was cut off
};
[[nodiscard]] Result<KeysInUse> keys_in_use(Workspace& workspace);

/// How many live credentials need the keyring: what is lost if there is no copy of it.
[[nodiscard]] Result<std::size_t> count_bound_to_keyring(Workspace& workspace);

/// A new keyring in place of one that is missing or damaged. Errors: `conflict` if there is one that
/// can be read.
[[nodiscard]] Result<void> make_new_keyring(Workspace& workspace);

/// Seals every live credential for `next`, the same vault with other key parameters, then rotates:
/// with the old passphrase nothing opens any more, in no copy of the database.
///
/// Guarantees: all or nothing: parameters and credentials change in one commit. Whoever seals with
/// the old passphrase meanwhile is refused and told so.
/// Failure: `locked` for a wrong passphrase, else as `rotate_keys`. After an error of the rotation the new
/// passphrase counts, and the next purge rotates.
[[nodiscard]] Result<Rotation> change_passphrase(Workspace& workspace, vault::Vault& next);

}  // namespace stagepass::service
