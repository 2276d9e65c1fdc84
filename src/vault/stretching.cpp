#include <stagepass/vault/key_file.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <vault/stretching.hpp>

namespace stagepass::vault {

Result<Secret> stretch(const Secret& passphrase, const PassphraseParameters& parameters) {
  bool has_memory = false;
  Secret stretched = Secret::make(kKeySize, [&](MutableBytes out) {
    has_memory =
        ::crypto_pwhash(out.data(), out.size(), passphrase.reveal_text().data(), passphrase.size(),
                        parameters.salt.data(), parameters.cost.operations,
                        parameters.cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) == 0;
  });
  if (!has_memory) {
    return fail(Errc::unavailable,
                fmt::format("the passphrase cannot be checked: {} MiB of memory cannot be had",
                            parameters.cost.memory_bytes / (1024UL * 1024)),
                "free some memory and try again");
  }
  return stretched;
}

}  // namespace stagepass::vault
