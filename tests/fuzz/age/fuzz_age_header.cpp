// The header of an age file, which is read before anything proves who wrote it.

#include <age/header.hpp>
#include <age/stanzas.hpp>
#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

void try_stanzas(const age::Header& header) {
  const auto known = age::known_stanzas(header);
  if (!known) {
    require(known.error().flaw == age::Flaw::header, "a malformed stanza is a malformed header");
    require_safe(known.error().what);
    return;
  }
  for (const age::KnownStanza& stanza : *known) {
    const auto* scrypt = std::get_if<age::ScryptStanza>(&stanza);
    require(scrypt == nullptr || header.stanzas.size() == 1, "a passphrase stands alone");
    require(scrypt == nullptr || (scrypt->log2_n >= 1 && scrypt->log2_n <= age::kMostScryptLog2),
            "no file makes us take more memory than is allowed");
  }
}

void try_header(std::string_view input) {
  const auto header = age::parse_header(input);
  if (!header) {
    require(header.error().flaw == age::Flaw::header, "what is no header is called so");
    require_safe(header.error().what);
    return;
  }
  require(!header->stanzas.empty(), "a header has a stanza");
  std::string text = "age-encryption.org/v1\n";
  for (const age::Stanza& stanza : header->stanzas) {
    text += age::write_stanza(stanza);
  }
  text += "---";
  require(input.substr(0, header->covered) == text, "a header has one form");
  require(header->size == header->covered + 45, "behind what the MAC covers stand the MAC and LF");
  try_stanzas(*header);
}

const Registration registration({"age_header", try_header});

}  // namespace
}  // namespace stagepass::fuzz
