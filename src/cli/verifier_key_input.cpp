#include "cli/verifier_key_input.hpp"

#include "cli/file_input.hpp"

namespace stagepass::cli {

Result<vault::VerifierKey> read_verifier_key(const std::string& given) {
  constexpr std::size_t kLongestKey = 1024;
  auto key = vault::parse_verifier_key(given);
  if (key || given.find('+') != std::string::npos) {
    return key;
  }
  SP_ASSIGN(const Secret content, read_input(given, "the key file", kLongestKey));
  return vault::parse_verifier_key(without_line_ends(content.reveal_text()));
}

}  // namespace stagepass::cli
