#include "cli/public_key_input.hpp"

#include "cli/file_input.hpp"

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestKeyFile = 16UL * 1024;

}  // namespace

Result<SshPublicKey> read_public_key(const std::string& path) {
  SP_ASSIGN(const Secret content, read_input(path, "the key file", kLongestKeyFile));
  return SshPublicKey::parse(without_line_ends(content.reveal_text()));
}

}  // namespace stagepass::cli
