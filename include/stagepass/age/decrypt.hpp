#pragma once

#include <stagepass/age/encrypt.hpp>
#include <stagepass/age/identity.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <span>

namespace stagepass::age {

/// The content of an age file, version 1, as it is or in armor.
///
/// Guarantees: all of it or nothing, and only if no bit of the file was changed; in armor only blanks
/// before and after it, and the form of its line ends, are free. Stanzas of other kinds
/// (post-quantum keys, plugins, grease) are ignored, malformed ones of a known kind are not,
/// whichever identity is given.
/// Failure: `invalid_argument` for what is no age file, damaged armor, a malformed header, a
/// passphrase's work factor above `kMostScryptLog2`, a header of more than 64 KiB, or more content
/// than `kMostContent`; `locked` if no identity opens it; `undecryptable` if one does, and then the
/// header or the content proves to be edited or cut off; `unavailable` if the memory for a passphrase
/// cannot be had.
/// Secrets: the content lies in the Secret from the moment it is decrypted. No error repeats
/// anything of the file.
/// Based on: c2sp.org/age, with the test vectors of C2SP/CCTV.
[[nodiscard]] Result<Secret> decrypt(Bytes file, std::span<const Identity> identities);

}  // namespace stagepass::age
