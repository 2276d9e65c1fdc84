// The text of a key file, which people copy, print and paste.

#include <stagepass/vault/key_file.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_key_file(std::string_view input) {
  const Result<vault::FileKey> key = vault::decode_key_file(Secret::copy_of(input));
  if (!key) {
    require(key.error().code == Errc::locked, "without its key file a vault is locked");
    require_safe(key.error());
    return;
  }
  require(key->bytes.size() == vault::kKeySize, "a key has its size");
  const Secret text = vault::encode_key_file(*key);
  const std::string_view line = text.reveal_text().substr(0, text.size() - 1);
  const std::string_view line_end = input.substr(std::min(line.size(), input.size()));
  require(input.starts_with(line), "a key has one text");
  require(line_end.empty() || line_end == "\n" || line_end == "\r\n" || line_end == "\r",
          "nothing stands behind a key but its line end");
}

const Registration registration({"key_file", try_key_file});

}  // namespace
}  // namespace stagepass::fuzz
