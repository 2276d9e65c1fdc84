// Receipts and checkpoints as people paste them, and the keys that they verify with.

#include <stagepass/vault/signed_note.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

/// The seeds are signed with it.
const vault::VerifierKey& signer() {
  static const vault::VerifierKey key =
      vault::verifier_key_of("stagepass/fuzz", Secret::copy_of("32 bytes that everybody may know"));
  return key;
}

void try_signed_note(std::string_view input) {
  if (const auto key = vault::parse_verifier_key(input)) {
    require(vault::encode_verifier_key(*key) == input, "a key has one text");
  } else {
    require_safe(key.error());
  }
  const auto text = vault::open_note(input, signer());
  if (!text) {
    require_safe(text.error());
    return;
  }
  require(input.starts_with(*text) && text->ends_with('\n'), "what was signed is what is read");
  for (std::string_view rest = *text; !rest.empty();) {
    require_safe(take_until(rest, '\n'));
  }
}

const Registration registration({"signed_note", try_signed_note});

}  // namespace
}  // namespace stagepass::fuzz
