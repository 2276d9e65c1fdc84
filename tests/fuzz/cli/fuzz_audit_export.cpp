// An exported audit log that somebody was handed.

#include "cli/audit_export.hpp"

#include <fuzz/fuzz.hpp>
#include <sstream>

namespace stagepass::fuzz {
namespace {

void try_audit_export(std::string_view input) {
  static const vault::VerifierKey key =
      vault::verifier_key_of("stagepass/fuzz", Secret::copy_of("32 bytes that everybody may know"));
  std::istringstream file{std::string(input)};
  const auto text = cli::verify_export(file, key);
  if (!text) {
    require_safe(text.error());
    return;
  }
  require(text->starts_with("stagepass/fuzz\n"), "what is whole was signed");
}

const Registration registration({"audit_export", try_audit_export});

}  // namespace
}  // namespace stagepass::fuzz
