#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/keyring.hpp>
#include <stagepass/vault/vault.hpp>

#include <nlohmann/json.hpp>
#include <sodium.h>

#include <fstream>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/memory_keyring.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

// Records made by another implementation (vectors/make_vectors.mjs): the format is what SECURITY.md
// says, not what this code happens to do.
namespace stagepass::vault {

namespace {

using nlohmann::json;
using tests::must;
using Blob = std::vector<std::uint8_t>;

/// Gives out what a vector prescribes, in order; the test fails if more is asked for.
class PrescribedRandom final : public Random {
 public:
  void prescribe(const Blob& bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  [[nodiscard]] bool is_used_up() const { return bytes_.empty(); }

  void fill(MutableBytes out) override {
    if (bytes_.size() < out.size()) {
      throw std::logic_error("more random bytes asked for than prescribed");
    }
    const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(out.size());
    std::copy(bytes_.begin(), end, out.begin());
    bytes_.erase(bytes_.begin(), end);
  }

 private:
  Blob bytes_;
};

Blob from_hex(const json& hex) {
  const auto text = hex.get<std::string>();
  Blob bytes(text.size() / 2 + 1);  // one to spare: an empty vector has no address to write to
  REQUIRE(::sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, nullptr,
                           nullptr) == 0);
  bytes.pop_back();
  return bytes;
}

std::string text_of(const json& value) {
  return value.get<std::string>();
}

json all_vectors() {
  std::ifstream file(STAGEPASS_VAULT_VECTORS);
  return json::parse(file);
}

FileKey file_key_of(const json& vector) {
  return FileKey{Secret::copy_of(from_hex(vector["file_key"]))};
}

AskPassphrase ask_of(const json& vector) {
  return [vector]() -> Result<Secret> {
    return Secret::copy_of(text_of(vector["passphrase"]["text"]));
  };
}

std::shared_ptr<KeyringPlace> keyring_of(const json& vector) {
  auto place = std::make_shared<tests::MemoryKeyring>();
  place->set_text(text_of(vector["keyring"]["text"]));
  return place;
}

Vault vault_of(const json& vector, Random& random) {
  return must(Vault::open(text_of(vector["vault_id"]), from_hex(vector["parameters"]),
                          file_key_of(vector), ask_of(vector), random, keyring_of(vector)));
}

SecretBinding binding_of(const json& record) {
  return {.account = must(AccountId::parse(text_of(record["account"]))),
          .target = must(TargetName::parse(text_of(record["target"]))),
          .user_name = must(UserName::parse(text_of(record["user_name"]))),
          .expires_at = Timestamp(std::chrono::seconds(record["expires_at"].get<std::int64_t>()))};
}

SealedSecret sealed_of(const json& record) {
  return {.wrapped_key = from_hex(record["wrapped_key"]),
          .ciphertext = from_hex(record["ciphertext"])};
}

}  // namespace

TEST_CASE("key files of the vectors read and write alike") {
  for (const json& vector : all_vectors()) {
    CAPTURE(text_of(vector["name"]));
    const Secret text = Secret::copy_of(text_of(vector["key_file"]));
    CHECK(must(decode_key_file(text)).bytes == file_key_of(vector).bytes);
    CHECK(encode_key_file(file_key_of(vector)) == text);
  }
}

TEST_CASE("key parameters come out as in the vectors") {
  for (const json& vector : all_vectors()) {
    CAPTURE(text_of(vector["name"]));
    PrescribedRandom random;
    std::optional<Secret> passphrase;
    PassphraseCost cost;
    if (!vector["passphrase"].is_null()) {
      passphrase = Secret::copy_of(text_of(vector["passphrase"]["text"]));
      cost.operations = vector["passphrase"]["operations"].get<std::uint64_t>();
      cost.memory_bytes = vector["passphrase"]["memory"].get<std::uint64_t>();
      random.prescribe(from_hex(vector["passphrase"]["salt"]));
    }
    CHECK(must(Vault::create_parameters(text_of(vector["vault_id"]), file_key_of(vector),
                                        passphrase ? &*passphrase : nullptr, cost, random)) ==
          from_hex(vector["parameters"]));
    CHECK(random.is_used_up());
  }
}

TEST_CASE("secrets of the vectors open and seal to the same bytes") {
  for (const json& vector : all_vectors()) {
    PrescribedRandom random;
    Vault vault = vault_of(vector, random);
    for (const json& record : vector["secrets"]) {
      CAPTURE(text_of(vector["name"]), text_of(record["account"]));
      const SecretBinding binding = binding_of(record);
      const Secret secret = Secret::copy_of(from_hex(record["secret"]));
      CHECK(must(vault.open(sealed_of(record), binding)) == secret);

      for (const char* drawn : {"own_key", "key_nonce", "outer_nonce", "secret_nonce"}) {
        random.prescribe(from_hex(record[drawn]));
      }
      const SealedSecret sealed = must(vault.seal(secret, binding));
      CHECK(sealed.wrapped_key == from_hex(record["wrapped_key"]));
      CHECK(sealed.ciphertext == from_hex(record["ciphertext"]));
      CHECK(random.is_used_up());
    }
  }
}

TEST_CASE("secrets of the vectors from before there were epochs open and become those of today") {
  for (const json& vector : all_vectors()) {
    PrescribedRandom random;
    Vault vault = vault_of(vector, random);
    for (const json& record : vector["secrets"]) {
      CAPTURE(text_of(vector["name"]), text_of(record["account"]));
      const SecretBinding binding = binding_of(record);
      const SealedSecret old = {.wrapped_key = from_hex(record["old_wrapped_key"]),
                                .ciphertext = from_hex(record["ciphertext"])};
      CHECK(Vault::epoch_of(old) == 0);
      CHECK(must(vault.open(old, binding)) == Secret::copy_of(from_hex(record["secret"])));
      random.prescribe(from_hex(record["outer_nonce"]));
      CHECK(must(vault.rewrap(old, binding)).wrapped_key == from_hex(record["wrapped_key"]));
    }
  }
}

TEST_CASE("keyrings of the vectors read and write alike") {
  for (const json& vector : all_vectors()) {
    CAPTURE(text_of(vector["name"]));
    const json& ring = vector["keyring"];
    const std::string vault_id = text_of(vector["vault_id"]);
    const Secret key = Secret::copy_of(from_hex(ring["service_key"]));
    const Secret text = Secret::copy_of(text_of(ring["text"]));
    const Keyring keyring = must(decode_keyring(text, key, vault_id));
    REQUIRE(keyring.epochs().size() == ring["epochs"].size());
    for (std::size_t i = 0; i < keyring.epochs().size(); ++i) {
      const json& expected = ring["epochs"][i];
      CHECK(keyring.epochs()[i].number == expected["number"].get<std::int64_t>());
      CHECK(keyring.epochs()[i].made_at.time_since_epoch().count() ==
            expected["made_at"].get<std::int64_t>());
      CHECK(keyring.epochs()[i].secret == Secret::copy_of(from_hex(expected["secret"])));
    }
    PrescribedRandom random;
    random.prescribe(from_hex(ring["nonce"]));
    CHECK(encode_keyring(keyring, key, vault_id, random) == text);
  }
}

TEST_CASE("settings of the vectors open and seal to the same bytes") {
  for (const json& vector : all_vectors()) {
    PrescribedRandom random;
    Vault vault = vault_of(vector, random);
    for (const json& record : vector["settings"]) {
      CAPTURE(text_of(vector["name"]), text_of(record["setting"]));
      const TargetName target = must(TargetName::parse(text_of(record["target"])));
      const std::string setting = text_of(record["setting"]);
      const Secret secret = Secret::copy_of(from_hex(record["secret"]));
      CHECK(must(vault.open_setting(from_hex(record["sealed"]), target, setting)) == secret);

      random.prescribe(from_hex(record["nonce"]));
      CHECK(must(vault.seal_setting(secret, target, setting)) == from_hex(record["sealed"]));
    }
  }
}

TEST_CASE("markers come out as in the vectors") {
  for (const json& vector : all_vectors()) {
    PrescribedRandom random;
    const Vault vault = vault_of(vector, random);
    for (const json& record : vector["markers"]) {
      CHECK(vault.marker(must(AccountId::parse(text_of(record["account"]))),
                         must(TargetName::parse(text_of(record["target"])))) ==
            text_of(record["marker"]));
    }
  }
}

}  // namespace stagepass::vault
