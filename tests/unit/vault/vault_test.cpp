#include <stagepass/vault/vault.hpp>

#include <atomic>
#include <functional>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/memory_keyring.hpp>
#include <support/results.hpp>
#include <support/ringed_vault.hpp>
#include <support/seeded_random.hpp>
#include <thread>

namespace stagepass::vault {

namespace {

using Catch::Matchers::ContainsSubstring;
using tests::error_of;
using tests::must;
using tests::SeededRandom;

const std::string this_vault = "00112233445566778899aabbccddeeff";
constexpr PassphraseCost kCheap = {.operations = 1, .memory_bytes = 8ULL * 1024 * 1024};
constexpr std::string_view kPassphrase = "correct-horse-battery-staple";

FileKey key_of(std::uint8_t byte) {
  return FileKey{
      Secret::make(kKeySize, [&](MutableBytes out) { std::fill(out.begin(), out.end(), byte); })};
}

SecretBinding some_binding() {
  return {.account = must(AccountId::parse("a-7f3k9q2m5x")),
          .target = must(TargetName::parse("files")),
          .user_name = must(UserName::parse("sp7f3k9q2m5x")),
          .expires_at = Timestamp(std::chrono::seconds(1'900'000'000))};
}

Result<Secret> nobody_asks() {
  return fail(Errc::internal, "nobody should be asked");
}

Vault key_file_vault(Random& random, const std::string& vault_id = this_vault) {
  const FileKey key = key_of(1);
  const auto parameters = must(Vault::create_parameters(vault_id, key, nullptr, {}, random));
  return tests::with_first_epoch([&](auto keyring) {
    return must(Vault::open(vault_id, parameters, key_of(1), nobody_asks, random, keyring));
  });
}

std::vector<std::uint8_t> passphrase_parameters(Random& random) {
  const Secret passphrase = Secret::copy_of(kPassphrase);
  return must(Vault::create_parameters(this_vault, key_of(1), &passphrase, kCheap, random));
}

Vault passphrase_vault(Random& random, AskPassphrase ask) {
  return tests::with_first_epoch([&](auto keyring) {
    return must(Vault::open(this_vault, passphrase_parameters(random), key_of(1), std::move(ask),
                            random, keyring));
  });
}

Result<Secret> right_passphrase() {
  return Secret::copy_of(kPassphrase);
}

}  // namespace

TEST_CASE("a sealed secret opens to the same bytes") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{24}, std::size_t{64} * 1024}) {
    CAPTURE(size);
    const Secret secret = Secret::make(size, [&](MutableBytes out) { random.fill(out); });
    const SealedSecret sealed = must(vault.seal(secret, some_binding()));
    CHECK(must(vault.open(sealed, some_binding())) == secret);
  }
}

TEST_CASE("a secret above 64 KiB is refused before it is sealed") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  const Secret secret = Secret::make(
      64UL * 1024 + 1, [](MutableBytes out) { std::fill(out.begin(), out.end(), 'x'); });
  CHECK(error_of(vault.seal(secret, some_binding())) == Errc::invalid_argument);
  CHECK(error_of(vault.seal_setting(secret, some_binding().target, "token")) ==
        Errc::invalid_argument);
}

TEST_CASE("sealing the same secret twice gives nothing in common") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  const Secret secret = Secret::copy_of("the same secret");
  const SealedSecret a = must(vault.seal(secret, some_binding()));
  const SealedSecret b = must(vault.seal(secret, some_binding()));
  CHECK(a.wrapped_key != b.wrapped_key);
  CHECK(a.ciphertext != b.ciphertext);

  // Each part belongs to the other: the key of one does not open the secret of the other.
  const SealedSecret mixed = {.wrapped_key = a.wrapped_key, .ciphertext = b.ciphertext};
  CHECK(error_of(vault.open(mixed, some_binding())) == Errc::undecryptable);
}

TEST_CASE("a sealed record does not hold its secret in the clear") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  const SealedSecret sealed = must(vault.seal(Secret::copy_of("canary-canary"), some_binding()));
  const std::string record(sealed.ciphertext.begin(), sealed.ciphertext.end());
  CHECK_THAT(record, !ContainsSubstring("canary"));
}

TEST_CASE("a record moved to another account or target or user or end does not open") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  const SealedSecret sealed = must(vault.seal(Secret::copy_of("s3cret-canary"), some_binding()));

  const std::vector<std::function<void(SecretBinding&)>> moves = {
      [](auto& b) { b.account = must(AccountId::parse("a-7f3k9q2m5y")); },
      [](auto& b) { b.target = must(TargetName::parse("file")); },
      [](auto& b) { b.user_name = must(UserName::parse("sp7f3k9q2m5y")); },
      [](auto& b) { b.expires_at += std::chrono::seconds(1); },
      [](auto& b) { b.expires_at -= std::chrono::hours(24 * 365 * 200); },
  };
  for (const auto& move : moves) {
    SecretBinding binding = some_binding();
    move(binding);
    const auto opened = vault.open(sealed, binding);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::undecryptable);
    CHECK_THAT(opened.error().message, ContainsSubstring(binding.account.str()));
    CHECK_THAT(opened.error().message, !ContainsSubstring("canary"));
  }
  CHECK(vault.open(sealed, some_binding()));
}

TEST_CASE("a resealed secret opens under the new end only") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  const Secret secret = Secret::copy_of("secret");
  const SecretBinding from = some_binding();
  SecretBinding to = from;
  to.expires_at += std::chrono::hours(1);

  const SealedSecret before = must(vault.seal(secret, from));
  const SealedSecret after = must(vault.reseal(before, from, to));
  CHECK(must(vault.open(after, to)) == secret);
  CHECK(error_of(vault.open(after, from)) == Errc::undecryptable);
  CHECK(error_of(vault.reseal(before, to, from)) == Errc::undecryptable);
}

TEST_CASE("a setting opens only as the setting of its target") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  const TargetName target = some_binding().target;
  const TargetName other_target = must(TargetName::parse("shop"));
  const Secret secret = Secret::copy_of("admin password");
  const auto sealed = must(vault.seal_setting(secret, target, "password"));

  CHECK(must(vault.open_setting(sealed, target, "password")) == secret);
  CHECK(error_of(vault.open_setting(sealed, other_target, "password")) == Errc::undecryptable);
  CHECK(error_of(vault.open_setting(sealed, target, "passwor")) == Errc::undecryptable);
  CHECK(error_of(vault.open_setting({}, target, "password")) == Errc::undecryptable);
}

TEST_CASE("a marker is short and tells vault and target and account apart") {
  SeededRandom random;
  const Vault vault = key_file_vault(random);
  const Vault other = key_file_vault(random, "ffeeddccbbaa99887766554433221100");
  const SecretBinding binding = some_binding();
  const std::string marker = vault.marker(binding.account, binding.target);

  CHECK(marker.substr(0, 23) == "stagepass/a-7f3k9q2m5x.");
  CHECK(marker.size() == 23 + 16);
  CHECK(marker.substr(23).find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz") ==
        std::string::npos);
  CHECK(marker == vault.marker(binding.account, binding.target));
  CHECK(marker != other.marker(binding.account, binding.target));
  CHECK(marker != vault.marker(binding.account, must(TargetName::parse("file"))));
  CHECK(marker.substr(23) !=
        vault.marker(must(AccountId::parse("a-7f3k9q2m5y")), binding.target).substr(23));
}

TEST_CASE("a key file of another vault is told at once") {
  SeededRandom random;
  for (const bool has_passphrase : {false, true}) {
    const auto parameters =
        has_passphrase ? passphrase_parameters(random)
                       : must(Vault::create_parameters(this_vault, key_of(1), nullptr, {}, random));
    const auto vault = Vault::open(this_vault, parameters, key_of(2), nobody_asks, random,
                                   std::make_shared<tests::MemoryKeyring>());
    REQUIRE_FALSE(vault);
    CHECK(vault.error().code == Errc::locked);
    CHECK(vault.error().message == "this key file belongs to another vault");
  }
}

TEST_CASE("a key-file vault is unlocked from the start and never asks") {
  SeededRandom random;
  Vault vault = key_file_vault(random);
  CHECK_FALSE(vault.needs_passphrase());
  CHECK(vault.is_unlocked());
  CHECK(vault.unlock());
}

TEST_CASE("a passphrase vault asks once and only when a secret is needed") {
  SeededRandom random;
  int questions = 0;
  Vault vault = passphrase_vault(random, [&] {
    ++questions;
    return right_passphrase();
  });
  const SecretBinding binding = some_binding();
  const Secret secret = Secret::copy_of("secret");

  CHECK(vault.needs_passphrase());
  CHECK_FALSE(vault.marker(binding.account, binding.target).empty());
  const auto setting = must(vault.seal_setting(secret, binding.target, "password"));
  CHECK(vault.open_setting(setting, binding.target, "password"));
  CHECK_FALSE(vault.is_unlocked());
  CHECK(questions == 0);

  const SealedSecret sealed = must(vault.seal(secret, binding));
  CHECK(must(vault.open(sealed, binding)) == secret);
  CHECK(vault.is_unlocked());
  CHECK(questions == 1);
}

TEST_CASE("a wrong passphrase is told and not asked for again") {
  SeededRandom random;
  int questions = 0;
  Vault vault = passphrase_vault(random, [&]() -> Result<Secret> {
    ++questions;
    return Secret::copy_of("wrong-canary");
  });
  for (int i = 0; i < 2; ++i) {
    const auto unlocked = vault.unlock();
    REQUIRE_FALSE(unlocked);
    CHECK(unlocked.error().code == Errc::locked);
    CHECK(unlocked.error().message == "wrong passphrase");
  }
  CHECK(error_of(vault.seal(Secret::copy_of("secret"), some_binding())) == Errc::locked);
  CHECK_FALSE(vault.is_unlocked());
  CHECK(questions == 1);
}

TEST_CASE("the answer of a person who declines is passed on") {
  SeededRandom random;
  Vault vault = passphrase_vault(
      random, []() -> Result<Secret> { return fail(Errc::aborted, "no passphrase was typed"); });
  CHECK(error_of(vault.unlock()) == Errc::aborted);
}

TEST_CASE("threads that unlock at once ask one time") {
  SeededRandom random;
  std::atomic<int> questions = 0;
  Vault vault = passphrase_vault(random, [&] {
    ++questions;
    return right_passphrase();
  });
  std::atomic<int> successes = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { successes += vault.unlock() ? 1 : 0; });
    }
  }
  CHECK(successes == 4);
  CHECK(questions == 1);
}

TEST_CASE("the key file alone does not open what a passphrase protects") {
  SeededRandom random;
  const auto keyring = std::make_shared<tests::MemoryKeyring>();
  Vault vault = must(Vault::open(this_vault, passphrase_parameters(random), key_of(1),
                                 right_passphrase, random, keyring));
  must(vault.make_keyring(1, Timestamp()));
  const SealedSecret sealed = must(vault.seal(Secret::copy_of("secret"), some_binding()));

  const auto parameters =
      must(Vault::create_parameters(this_vault, key_of(1), nullptr, {}, random));
  Vault without_passphrase =
      must(Vault::open(this_vault, parameters, key_of(1), nobody_asks, random, keyring));
  CHECK(error_of(without_passphrase.open(sealed, some_binding())) == Errc::undecryptable);
}

TEST_CASE("an empty passphrase or a cost out of bounds makes no vault") {
  SeededRandom random;
  const Secret empty = Secret::copy_of("");
  CHECK(error_of(Vault::create_parameters(this_vault, key_of(1), &empty, kCheap, random)) ==
        Errc::invalid_argument);

  constexpr std::uint64_t kMebibyte = 1024ULL * 1024;
  const Secret passphrase = Secret::copy_of(kPassphrase);
  const std::vector<PassphraseCost> bad_costs = {
      {.operations = 0, .memory_bytes = 8 * kMebibyte},
      {.operations = 11, .memory_bytes = 8 * kMebibyte},
      {.operations = 1, .memory_bytes = 8 * kMebibyte - 1},
      {.operations = 1, .memory_bytes = 9 * kMebibyte + 512},
      {.operations = 1, .memory_bytes = 1024 * kMebibyte + 1}};
  for (const PassphraseCost& cost : bad_costs) {
    CAPTURE(cost.operations, cost.memory_bytes);
    CHECK(error_of(Vault::create_parameters(this_vault, key_of(1), &passphrase, cost, random)) ==
          Errc::invalid_argument);
  }
}

TEST_CASE("damaged key parameters are corrupt and never a crash") {
  SeededRandom random;
  const auto good = passphrase_parameters(random);
  REQUIRE(good.size() == 98);
  const auto open_with = [&](const std::vector<std::uint8_t>& parameters) {
    return error_of(Vault::open(this_vault, parameters, key_of(1), nobody_asks, random,
                                std::make_shared<tests::MemoryKeyring>()));
  };

  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(open_with({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}) ==
          Errc::corrupt);
  }
  const std::vector<std::pair<std::string, std::function<void(std::vector<std::uint8_t>&)>>>
      damages = {
          {"trailing byte", [](auto& p) { p.push_back(0); }},
          {"version 0", [](auto& p) { p[0] = 0; }},
          {"version 2", [](auto& p) { p[0] = 2; }},
          {"mode 0", [](auto& p) { p[1] = 0; }},
          {"mode 3", [](auto& p) { p[1] = 3; }},
          {"mode of a key file", [](auto& p) { p[1] = 1; }},
          {"mode and size of a key file",
           [](auto& p) {
             p[1] = 1;
             p.resize(66);
           }},
          {"no operations", [](auto& p) { p[89] = 0; }},
          {"11 operations", [](auto& p) { p[89] = 11; }},
          {"2^56 operations", [](auto& p) { p[82] = 1; }},
          {"half a KiB of memory more", [](auto& p) { p[96] = 2; }},
          {"no memory", [](auto& p) { p[95] = p[94] = 0; }},
          {"2^63 bytes of memory", [](auto& p) { p[90] = 0x80; }},
      };
  for (const auto& [name, damage] : damages) {
    CAPTURE(name);
    auto parameters = good;
    damage(parameters);
    CHECK(open_with(parameters) == Errc::corrupt);
  }
}

}  // namespace stagepass::vault
