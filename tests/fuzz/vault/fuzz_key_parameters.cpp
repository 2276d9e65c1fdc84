// What a vault stores about its keys: whoever can write the database can write this.

#include <stagepass/vault/vault.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>
#include <support/memory_keyring.hpp>
#include <support/seeded_random.hpp>
#include <vault/key_parameters.hpp>

namespace stagepass::fuzz {
namespace {

vault::FileKey sample_key() {
  tests::SeededRandom random;
  return vault::new_key(random);
}

void try_vault(Bytes input) {
  static tests::SeededRandom random;
  const auto never_ask = []() -> Result<Secret> { return fail(Errc::aborted, "nobody is asked"); };
  const auto opened =
      vault::Vault::open("00112233445566778899aabbccddeeff", input, sample_key(), never_ask, random,
                         std::make_shared<tests::MemoryKeyring>());
  if (!opened) {
    require(opened.error().code == Errc::corrupt || opened.error().code == Errc::locked,
            "parameters are damaged, or those of another key");
    require_safe(opened.error());
  }
}

void try_parameters(std::string_view input) {
  const Bytes bytes = vault::bytes_of(input);
  try_vault(bytes);
  const Result<vault::KeyParameters> parameters = vault::decode_key_parameters(bytes);
  if (!parameters) {
    require(parameters.error().code == Errc::corrupt, "parameters that cannot be are damaged");
    require_safe(parameters.error());
    return;
  }
  const auto again = vault::encode_key_parameters(*parameters);
  require(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
          "parameters have one form");
  require(!parameters->passphrase || vault::check_cost(parameters->passphrase->cost).has_value(),
          "a passphrase costs neither too little nor too much");
}

const Registration registration({"key_parameters", try_parameters});

}  // namespace
}  // namespace stagepass::fuzz
