#pragma once

#include <stagepass/ports/random.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/vault/vault.hpp>

#include <filesystem>
#include <memory>

namespace stagepass::proof {

/// A vault as it lies on disk, opened beside the program that works on it.
struct Installation {
  std::unique_ptr<Store> store;
  vault::Vault vault;
};

/// For vaults without a passphrase whose keyring lies beside the key file. `random` must outlive the installation.
[[nodiscard]] Result<Installation> open_installation(const std::filesystem::path& database,
                                                     const std::filesystem::path& key_file,
                                                     Random& random);

}  // namespace stagepass::proof
