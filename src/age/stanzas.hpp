#pragma once

#include <stagepass/age/identity.hpp>

#include <age/curve_stanza.hpp>
#include <age/header.hpp>
#include <age/scrypt_stanza.hpp>
#include <span>
#include <variant>
#include <vector>

namespace stagepass::age {

using KnownStanza = std::variant<CurveStanza, ScryptStanza>;

/// The stanzas of the kinds known here; those of others are left out. Refuses a malformed one, and a
/// passphrase beside anything else: who opens a file with a passphrase takes it for written by
/// somebody who knows it.
[[nodiscard]] Checked<std::vector<KnownStanza>> known_stanzas(const Header& header);

/// The file key, from the first stanza that an identity opens.
[[nodiscard]] Checked<Secret> find_file_key(std::span<const KnownStanza> stanzas,
                                            std::span<const Identity> identities);

}  // namespace stagepass::age
