#include "simulation/simulated_vault.hpp"

#include <stagepass/store/memory_store.hpp>
#include <stagepass/store/sqlite_store.hpp>

#include <support/results.hpp>
#include <support/ringed_vault.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

using tests::must;

constexpr const char* kVaultId = "00112233445566778899aabbccddeeff";

}  // namespace

vault::Vault make_vault(Random& random) {
  vault::FileKey key = vault::new_key(random);
  const auto parameters = must(vault::Vault::create_parameters(kVaultId, key, nullptr, {}, random));
  return tests::with_first_epoch([&](auto keyring) {
    return must(vault::Vault::open(
        kVaultId, parameters, std::move(key),
        [] { return Result<Secret>(fail(Errc::locked, "nobody to ask")); }, random, keyring));
  });
}

std::unique_ptr<Store> make_disk(const vault::Vault& vault, const std::filesystem::path& folder,
                                 Timestamp created_at) {
  const auto path = folder / "vault.db";
  must(store::create_sqlite_store(path, {kVaultId, created_at, vault.key_parameters()}));
  return must(store::open_sqlite_store(path));
}

std::unique_ptr<Store> make_disk_in_memory(const vault::Vault& vault, Timestamp created_at) {
  return store::make_memory_store({kVaultId, created_at, vault.key_parameters()});
}

std::filesystem::path fast_disk() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
}

}  // namespace stagepass::proof
