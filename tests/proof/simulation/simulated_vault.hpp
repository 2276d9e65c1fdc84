#pragma once

#include <stagepass/ports/store.hpp>
#include <stagepass/vault/vault.hpp>

#include <filesystem>
#include <memory>

namespace stagepass::proof {

/// A vault without a passphrase, from that randomness.
[[nodiscard]] vault::Vault make_vault(Random& random);

/// Its empty database in this folder.
[[nodiscard]] std::unique_ptr<Store> make_disk(const vault::Vault& vault,
                                               const std::filesystem::path& folder,
                                               Timestamp created_at);

[[nodiscard]] std::unique_ptr<Store> make_disk_in_memory(const vault::Vault& vault,
                                                         Timestamp created_at);

/// Where files are written fastest.
[[nodiscard]] std::filesystem::path fast_disk();

}  // namespace stagepass::proof
