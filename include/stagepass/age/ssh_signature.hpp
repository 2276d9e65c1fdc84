#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/ssh_public_key.hpp>

#include <string>
#include <string_view>

namespace stagepass::age {

/// The first and the last line of a signature.
inline constexpr std::string_view kSshSignatureBegin = "-----BEGIN SSH SIGNATURE-----";
inline constexpr std::string_view kSshSignatureEnd = "-----END SSH SIGNATURE-----";

struct SshSigned {
  std::string signature;  ///< from its first line to the end of its last
  SshPublicKey key;       ///< that it verifies with
};

/// A signature as `ssh-keygen -Y sign -n SPACE` makes it, with the ssh-ed25519 key of an OpenSSH private key file without a
/// passphrase. `space` says what is signed, so that a signature for one purpose is none for another.
///
/// Failure: `invalid_argument` for another kind of key, a damaged file or one with a passphrase.
/// Based on: PROTOCOL.sshsig of OpenSSH.
[[nodiscard]] Result<SshSigned> sign_ssh(const Secret& key_file, std::string_view space,
                                         std::string_view message);

/// The key that has made the signature of `message`, be it by us or by ssh-keygen. Whose key that is, the caller has to
/// know.
///
/// Failure: `invalid_argument` unless it is a signature by an ssh-ed25519 key for just this message and space.
[[nodiscard]] Result<SshPublicKey> signer_of(std::string_view signature, std::string_view space,
                                             std::string_view message);

}  // namespace stagepass::age
