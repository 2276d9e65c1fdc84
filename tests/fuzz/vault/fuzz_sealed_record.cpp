// Sealed records out of a database that somebody wrote to: only the very bytes that were sealed open.

#include <stagepass/vault/vault.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>
#include <support/memory_keyring.hpp>
#include <support/seeded_random.hpp>
#include <vault/bytes.hpp>

namespace stagepass::fuzz {
namespace {

constexpr const char* kVaultId = "00112233445566778899aabbccddeeff";
constexpr const char* kSetting = "token";

vault::Vault open_vault(Random& random) {
  const vault::FileKey key = vault::new_key(random);
  const auto parameters = vault::Vault::create_parameters(kVaultId, key, nullptr, {}, random);
  auto opened = vault::Vault::open(kVaultId, parameters.value(), {key.bytes.clone()}, {}, random,
                                   std::make_shared<tests::MemoryKeyring>());
  require(opened->make_keyring(1, Timestamp(std::chrono::seconds(1'800'000'000))).has_value(),
          "a vault without a keyring gets one");
  return std::move(opened).value();
}

/// A vault that is the same in every run, so that its records can be seeds, and what it has sealed.
struct Stage {
  tests::SeededRandom random;
  vault::Vault vault = open_vault(random);
  AccountId account = AccountId::from_seed({1, 2, 3, 4, 5, 6, 7});
  vault::SecretBinding binding{account, TargetName::parse("shop").value(), user_name_for(account),
                               Timestamp(std::chrono::seconds(1'900'000'000))};
  SealedSecret sealed = vault.seal(Secret::copy_of("a password"), binding).value();
  std::vector<std::uint8_t> setting =
      vault.seal_setting(Secret::copy_of("a token"), binding.target, kSetting).value();
};

std::vector<std::uint8_t> copy_of(std::string_view text) {
  return {text.begin(), text.end()};
}

template <class T>
void require_undecryptable(const Result<T>& opened) {
  require(opened.error().code == Errc::undecryptable, "what does not open is undecryptable");
  require_safe(opened.error());
}

void try_record(std::string_view input) {
  static Stage stage;
  // The first byte is the length of the first part.
  const std::size_t length = input.empty() ? 0 : static_cast<unsigned char>(input.front());
  const std::string_view rest = input.substr(std::min<std::size_t>(1, input.size()));
  const SealedSecret sealed{copy_of(rest.substr(0, length)),
                            copy_of(rest.substr(std::min(length, rest.size())))};
  const Result<Secret> secret = stage.vault.open(sealed, stage.binding);
  if (secret) {
    // Earlier versions sealed the account's own key in one layer; such a record is one of the seeds.
    const bool is_of_earlier_version = sealed.wrapped_key.front() == 1;
    require((sealed.wrapped_key == stage.sealed.wrapped_key || is_of_earlier_version) &&
                sealed.ciphertext == stage.sealed.ciphertext &&
                secret->reveal_text() == "a password",
            "a sealed secret opens only as it was sealed");
  } else {
    require_undecryptable(secret);
  }
  const Result<Secret> setting =
      stage.vault.open_setting(sealed.ciphertext, stage.binding.target, kSetting);
  if (setting) {
    require(sealed.ciphertext == stage.setting, "a sealed setting opens only as it was sealed");
  } else {
    require_undecryptable(setting);
  }
}

const Registration registration({"sealed_record", try_record});

}  // namespace
}  // namespace stagepass::fuzz
