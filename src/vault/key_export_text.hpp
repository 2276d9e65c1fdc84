#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <string>
#include <string_view>
#include <vault/key_parameters.hpp>
#include <vector>

namespace stagepass::vault {

/// An export as it is written, before anybody has typed its passphrase.
struct KeyExport {
  PassphraseParameters parameters;
  std::vector<std::uint8_t> box;
};

[[nodiscard]] std::string write_key_export(const KeyExport& exported);

/// Errors: `invalid_argument` for a text that `write_key_export` does not write, but for its line
/// end; also for a cost out of bounds.
[[nodiscard]] Result<KeyExport> read_key_export(std::string_view text);

}  // namespace stagepass::vault
