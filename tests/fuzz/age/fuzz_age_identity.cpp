// Key files of age and of OpenSSH, as the specialist points us at them.

#include <stagepass/age/identity.hpp>
#include <stagepass/core/base64.hpp>

#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

void try_identities(std::string_view input) {
  const auto identities = age::read_identities(Secret::copy_of(input));
  if (!identities) {
    require(identities.error().code == Errc::invalid_argument, "what is no key is a wrong file");
    require_safe(identities.error());
    return;
  }
  require(!identities->empty() && identities->size() <= 100, "a file holds 1 to 100 keys");
  for (const age::Identity& identity : *identities) {
    require(identity.secret().size() == 32, "a key is a scalar");
    const auto recipient = identity.recipient();
    require(recipient.has_value(), "a key has a public half");
    const auto read = age::Recipient::parse(recipient->str());
    require(read && *read == *recipient, "files can be encrypted to it");
  }
}

/// The input as a file, and as what the base64 of an SSH key stands for.
void try_both(std::string_view input) {
  try_identities(input);
  const Bytes binary(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  try_identities("-----BEGIN OPENSSH PRIVATE KEY-----\n" + to_base64(binary) +
                 "\n-----END OPENSSH PRIVATE KEY-----\n");
}

const Registration registration({"age_identity", try_both});

}  // namespace
}  // namespace stagepass::fuzz
