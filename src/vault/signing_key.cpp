#include <vault/bytes.hpp>
#include <vault/signing_key.hpp>

namespace stagepass::vault {

Secret service_key_of(const FileKey& key, const std::string& vault_id) {
  return derive_key(key.bytes, {bytes_of("stagepass/v1/service-key"), bytes_of(vault_id)});
}

Secret signing_seed_under(const Secret& service_key, const std::string& vault_id) {
  return derive_key(service_key, {bytes_of("stagepass/v1/signing-key"), bytes_of(vault_id)});
}

}  // namespace stagepass::vault
