#include "oracle/installation.hpp"

#include <stagepass/store/sqlite_store.hpp>
#include <stagepass/system/keyring_file.hpp>

#include <utility>

namespace stagepass::proof {

Result<Installation> open_installation(const std::filesystem::path& database,
                                       const std::filesystem::path& key_file, Random& random) {
  SP_ASSIGN(auto store, store::open_sqlite_store(database));
  SP_ASSIGN(const VaultRecord record, store->vault());
  SP_ASSIGN(vault::FileKey key, vault::read_key_file(key_file));
  SP_ASSIGN(auto vault,
            vault::Vault::open(
                record.vault_id, record.key_parameters, std::move(key),
                [] { return Result<Secret>(fail(Errc::locked, "nobody knows the passphrase")); },
                random, system::keyring_file(std::filesystem::path(key_file) += ".ring")));
  return Installation{std::move(store), std::move(vault)};
}

}  // namespace stagepass::proof
