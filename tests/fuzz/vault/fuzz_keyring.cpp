// The keyring beside the key file: whoever can write that folder can write it.

#include <stagepass/vault/keyring.hpp>

#include <fuzz/fuzz.hpp>
#include <string>
#include <support/seeded_random.hpp>

namespace stagepass::fuzz {
namespace {

constexpr const char* kVaultId = "00112233445566778899aabbccddeeff";

/// The seeds are sealed with it.
const Secret& service_key() {
  static const Secret key = Secret::copy_of("32 bytes that everybody may know");
  return key;
}

void require_sound(const vault::Keyring& keyring) {
  std::int64_t before = 0;
  for (const vault::KeyEpoch& epoch : keyring.epochs()) {
    require(epoch.number > before, "epochs only rise");
    require(epoch.secret.size() == 32, "the secret of an epoch has its size");
    before = epoch.number;
  }
  require(keyring.newest().number == before, "the last epoch is the newest");
}

void try_keyring(std::string_view input) {
  const auto read = vault::decode_keyring(Secret::copy_of(input), service_key(), kVaultId);
  if (!read) {
    require(read.error().code == Errc::locked, "without its keyring a vault opens nothing");
    require_safe(read.error());
    return;
  }
  require_sound(*read);
  tests::SeededRandom random;
  const Secret again = vault::encode_keyring(*read, service_key(), kVaultId, random);
  const auto twice = vault::decode_keyring(again, service_key(), kVaultId);
  require(twice.has_value() && twice->epochs().size() == read->epochs().size(),
          "what was read can be written");
}

const Registration registration({"keyring", try_keyring});

}  // namespace
}  // namespace stagepass::fuzz
