#pragma once

#include <stagepass/age/recipient.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stagepass::age {

/// More is no credential.
inline constexpr std::size_t kMostContent = std::size_t{1024} * 1024;

/// How dear a guess at a passphrase is: 2^`log2_n` KiB of memory and about 2 µs for each of them.
/// The age program writes 18 (256 MiB, about a second) and reads up to 22; others read up to 20. For
/// a generated passphrase of 80 bits or more 15 is plenty, and kind to small machines.
struct ScryptCost {
  unsigned log2_n = 18;
};
inline constexpr unsigned kLeastScryptLog2 = 10;
inline constexpr unsigned kMostScryptLog2 = 20;

/// An age file, version 1, that each of the recipients can open alone.
///
/// Guarantees: a new file key, a new nonce and new ephemeral keys each time; any program for age
/// opens it. The file tells nobody who the recipients are, except that an SSH key can be recognized
/// by whoever knows it.
/// Units: bytes. The file is as long as the content, and about 100 for each recipient, and 200 more.
/// Failure: `invalid_argument` for no recipient, more than a hundred, or a content of more than
/// `kMostContent`.
/// Secrets: the content, and keys made for this file, which are gone when it returns.
/// Based on: c2sp.org/age.
[[nodiscard]] Result<std::vector<std::uint8_t>> encrypt(const Secret& content,
                                                        std::span<const Recipient> recipients,
                                                        Random& random);

/// The same for whoever knows the passphrase, and for nobody else: a passphrase cannot be mixed with
/// keys. Errors: `invalid_argument` also for an empty passphrase or a cost out of bounds;
/// `unavailable` if the memory cannot be had.
[[nodiscard]] Result<std::vector<std::uint8_t>> encrypt_with_passphrase(const Secret& content,
                                                                        const Secret& passphrase,
                                                                        ScryptCost cost,
                                                                        Random& random);

/// A file as text that survives a ticket, a mail or a chat: "-----BEGIN AGE ENCRYPTED FILE-----" …
[[nodiscard]] std::string to_armor(Bytes file);

}  // namespace stagepass::age
