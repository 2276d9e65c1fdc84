#include <stagepass/vault/vault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/memory_keyring.hpp>
#include <support/results.hpp>
#include <support/ringed_vault.hpp>
#include <support/seeded_random.hpp>
#include <vector>

// What somebody can do to sealed records who may write them and has no key: change, cut, lengthen,
// swap, move, replay and paste them. Nothing of it opens, all of it is told.
namespace stagepass::vault {

namespace {

using tests::must;
using tests::SeededRandom;
using Blob = std::vector<std::uint8_t>;

const std::string this_vault = "00112233445566778899aabbccddeeff";
const std::string other_vault = "ffeeddccbbaa99887766554433221100";

FileKey key_of(std::uint8_t byte) {
  return FileKey{
      Secret::make(kKeySize, [&](MutableBytes out) { std::fill(out.begin(), out.end(), byte); })};
}

Result<Secret> right_passphrase() {
  return Secret::copy_of("correct-horse-battery-staple");
}

Blob parameters_of(const std::string& vault_id, std::uint8_t key, const Secret* passphrase,
                   Random& random) {
  constexpr PassphraseCost kCheap = {.operations = 1, .memory_bytes = 8ULL * 1024 * 1024};
  return must(Vault::create_parameters(vault_id, key_of(key), passphrase, kCheap, random));
}

Vault vault_of(const std::string& vault_id, std::uint8_t key, Random& random) {
  return tests::with_first_epoch([&](auto keyring) {
    return must(Vault::open(vault_id, parameters_of(vault_id, key, nullptr, random), key_of(key),
                            right_passphrase, random, keyring));
  });
}

/// How many were tried and how many were refused with the right word.
struct Tally {
  std::size_t tried = 0;
  std::size_t refused = 0;

  template <class T>
  void expect(Errc code, const Result<T>& result) {
    ++tried;
    refused += !result && result.error().code == code ? 1U : 0U;
  }
};

void check_all_refused(const Tally& tally, std::size_t expected) {
  INFO(fmt::format("{} of {} refused", tally.refused, tally.tried));
  CHECK(tally.tried == expected);
  CHECK(tally.refused == tally.tried);
}

constexpr std::size_t kMostBytesAdded = 16;

/// Every bit changed, every shorter length from both ends, and 1 to 16 bytes more at both ends.
std::vector<Blob> damaged_copies(const Blob& good) {
  std::vector<Blob> copies;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    copies.push_back(good);
    copies.back()[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  for (std::size_t cut = 1; cut <= good.size(); ++cut) {
    const auto count = static_cast<std::ptrdiff_t>(cut);
    copies.emplace_back(good.begin(), good.end() - count);
    copies.emplace_back(good.begin() + count, good.end());
  }
  for (std::size_t more = 1; more <= kMostBytesAdded; ++more) {
    copies.push_back(good);
    copies.back().insert(copies.back().end(), more, std::uint8_t{0});
    copies.push_back(good);
    copies.back().insert(copies.back().begin(), more, good.front());
    // What follows could look as if it belonged there.
    copies.push_back(good);
    copies.back().insert(copies.back().end(), good.begin(),
                         good.begin() + static_cast<std::ptrdiff_t>(more));
  }
  return copies;
}

std::size_t damage_count(std::size_t size) {
  return size * 8 + size * 2 + kMostBytesAdded * 3;
}

/// An account that has nothing in common with those of other numbers.
SecretBinding binding_of(std::size_t number) {
  const std::string id = fmt::format("{:010}", number);
  return {.account = must(AccountId::parse("a-" + id)),
          .target = must(TargetName::parse(fmt::format("target-{}", number))),
          .user_name = must(UserName::parse("sp" + id)),
          .expires_at = Timestamp(std::chrono::seconds(1'900'000'000 + number))};
}

Secret secret_of(std::size_t number) {
  return Secret::copy_of(fmt::format("the secret of account {}", number));
}

constexpr std::size_t kAccounts = 20;
constexpr std::size_t kOrderedPairs = kAccounts * (kAccounts - 1);

std::vector<SealedSecret> sealed_accounts(Vault& vault) {
  std::vector<SealedSecret> sealed;
  for (std::size_t i = 0; i < kAccounts; ++i) {
    sealed.push_back(must(vault.seal(secret_of(i), binding_of(i))));
  }
  return sealed;
}

void for_each_ordered_pair(const std::function<void(std::size_t, std::size_t)>& visit) {
  for (std::size_t i = 0; i < kAccounts; ++i) {
    for (std::size_t j = 0; j < kAccounts; ++j) {
      if (i != j) {
        visit(i, j);
      }
    }
  }
}

}  // namespace

TEST_CASE("no credential with a changed bit or size opens") {
  SeededRandom random;
  Vault vault = vault_of(this_vault, 1, random);
  const SecretBinding binding = binding_of(1);
  const SealedSecret good = must(vault.seal(secret_of(1), binding));
  Tally tally;
  for (const Blob& damaged : damaged_copies(good.wrapped_key)) {
    tally.expect(Errc::undecryptable, vault.open({damaged, good.ciphertext}, binding));
  }
  for (const Blob& damaged : damaged_copies(good.ciphertext)) {
    tally.expect(Errc::undecryptable, vault.open({good.wrapped_key, damaged}, binding));
  }
  check_all_refused(tally,
                    damage_count(good.wrapped_key.size()) + damage_count(good.ciphertext.size()));
  CHECK(must(vault.open(good, binding)) == secret_of(1));
}

TEST_CASE("no setting with a changed bit or size opens") {
  SeededRandom random;
  Vault vault = vault_of(this_vault, 1, random);
  const TargetName target = binding_of(1).target;
  const Blob good = must(vault.seal_setting(secret_of(1), target, "token"));
  Tally tally;
  for (const Blob& damaged : damaged_copies(good)) {
    tally.expect(Errc::undecryptable, vault.open_setting(damaged, target, "token"));
  }
  check_all_refused(tally, damage_count(good.size()));
  CHECK(must(vault.open_setting(good, target, "token")) == secret_of(1));
}

// What is wrong with the check of the secrets' key, or with what makes it of the passphrase, is only
// known when the passphrase was typed; then the vault stays locked.
TEST_CASE("key parameters with a changed bit or size open nothing") {
  SeededRandom random;
  const Secret passphrase = must(right_passphrase());
  for (const Secret* const typed : {static_cast<const Secret*>(nullptr), &passphrase}) {
    const Blob good = parameters_of(this_vault, 1, typed, random);
    Tally tally;
    for (const Blob& damaged : damaged_copies(good)) {
      auto vault = Vault::open(this_vault, damaged, key_of(1), right_passphrase, random,
                               std::make_shared<tests::MemoryKeyring>());
      const auto opened = vault ? vault->unlock() : Result<void>(fail(vault.error()));
      const bool is_locked = !opened && opened.error().code == Errc::locked;
      tally.expect(is_locked ? Errc::locked : Errc::corrupt, opened);
    }
    check_all_refused(tally, damage_count(good.size()));
  }
}

TEST_CASE("key parameters of another vault or key open nothing") {
  SeededRandom random;
  const Secret passphrase = must(right_passphrase());
  Tally tally;
  for (const Secret* const typed : {static_cast<const Secret*>(nullptr), &passphrase}) {
    for (const auto& pasted :
         {parameters_of(other_vault, 1, typed, random), parameters_of(this_vault, 2, typed, random),
          parameters_of(other_vault, 2, typed, random)}) {
      tally.expect(Errc::locked, Vault::open(this_vault, pasted, key_of(1), right_passphrase,
                                             random, std::make_shared<tests::MemoryKeyring>()));
    }
  }
  check_all_refused(tally, 6);
}

TEST_CASE("no credential opens in the place of another account") {
  SeededRandom random;
  Vault vault = vault_of(this_vault, 1, random);
  const std::vector<SealedSecret> sealed = sealed_accounts(vault);
  Tally tally;
  for_each_ordered_pair([&](std::size_t here, std::size_t there) {
    const SecretBinding binding = binding_of(here);
    const SealedSecret& own = sealed[here];
    const SealedSecret& foreign = sealed[there];
    tally.expect(Errc::undecryptable, vault.open(foreign, binding));
    tally.expect(Errc::undecryptable, vault.open({foreign.wrapped_key, own.ciphertext}, binding));
    tally.expect(Errc::undecryptable, vault.open({own.wrapped_key, foreign.ciphertext}, binding));
  });
  check_all_refused(tally, kOrderedPairs * 3);
  for (std::size_t i = 0; i < kAccounts; ++i) {
    CHECK(must(vault.open(sealed[i], binding_of(i))) == secret_of(i));
  }
}

TEST_CASE("no setting opens as that of another target or of another name") {
  SeededRandom random;
  Vault vault = vault_of(this_vault, 1, random);
  Tally tally;
  for_each_ordered_pair([&](std::size_t here, std::size_t there) {
    const Blob sealed = must(vault.seal_setting(secret_of(here), binding_of(here).target, "token"));
    tally.expect(Errc::undecryptable,
                 vault.open_setting(sealed, binding_of(there).target, "token"));
    // The border between the names must not be movable: "target-1" "0token" is not "target-10" "token".
    tally.expect(Errc::undecryptable,
                 vault.open_setting(sealed, binding_of(there).target, "0token"));
  });
  check_all_refused(tally, kOrderedPairs * 2);
}

TEST_CASE("a credential is bound to account and target and user and end at once") {
  SeededRandom random;
  Vault vault = vault_of(this_vault, 1, random);
  const std::vector<SealedSecret> sealed = sealed_accounts(vault);
  constexpr unsigned kSetsOfFields = 16;
  Tally tally;
  for_each_ordered_pair([&](std::size_t here, std::size_t there) {
    const SecretBinding other = binding_of(there);
    for (unsigned fields = 1; fields < kSetsOfFields; ++fields) {
      const SecretBinding own = binding_of(here);
      const SecretBinding mixed = {
          .account = (fields & 1U) != 0 ? other.account : own.account,
          .target = (fields & 2U) != 0 ? other.target : own.target,
          .user_name = (fields & 4U) != 0 ? other.user_name : own.user_name,
          .expires_at = (fields & 8U) != 0 ? other.expires_at : own.expires_at};
      tally.expect(Errc::undecryptable, vault.open(sealed[here], mixed));
    }
  });
  check_all_refused(tally, kOrderedPairs * (kSetsOfFields - 1));
}

TEST_CASE("a credential opens with no bit of its end changed") {
  SeededRandom random;
  Vault vault = vault_of(this_vault, 1, random);
  const SecretBinding good = binding_of(1);
  const SealedSecret sealed = must(vault.seal(secret_of(1), good));
  Tally tally;
  for (unsigned bit = 0; bit < 64; ++bit) {
    const auto end = static_cast<std::uint64_t>(good.expires_at.time_since_epoch().count());
    SecretBinding moved = good;
    moved.expires_at =
        Timestamp(std::chrono::seconds(static_cast<std::int64_t>(end ^ std::uint64_t{1} << bit)));
    tally.expect(Errc::undecryptable, vault.open(sealed, moved));
  }
  check_all_refused(tally, 64);
}

TEST_CASE("a record of before an extension is not taken for the one after it") {
  SeededRandom random;
  Vault vault = vault_of(this_vault, 1, random);
  Tally tally;
  for (std::size_t i = 0; i < kAccounts; ++i) {
    const SecretBinding before = binding_of(i);
    SecretBinding after = before;
    after.expires_at += std::chrono::hours(4);
    const SealedSecret old_record = must(vault.seal(secret_of(i), before));
    const SealedSecret new_record = must(vault.reseal(old_record, before, after));
    for (const SealedSecret& replayed :
         {old_record, SealedSecret{old_record.wrapped_key, new_record.ciphertext},
          SealedSecret{new_record.wrapped_key, old_record.ciphertext}}) {
      tally.expect(Errc::undecryptable, vault.open(replayed, after));
      tally.expect(Errc::undecryptable, vault.reseal(replayed, after, before));
    }
    tally.expect(Errc::undecryptable, vault.open(new_record, before));
    CHECK(must(vault.open(new_record, after)) == secret_of(i));
  }
  check_all_refused(tally, kAccounts * 7);
}

TEST_CASE("nothing opens that was pasted from another vault or sealed with another key") {
  SeededRandom random;
  Vault here = vault_of(this_vault, 1, random);
  std::vector<Vault> elsewhere;
  elsewhere.push_back(vault_of(other_vault, 1, random));
  elsewhere.push_back(vault_of(this_vault, 2, random));
  elsewhere.push_back(vault_of(other_vault, 2, random));
  Tally tally;
  for (Vault& other : elsewhere) {
    for (std::size_t i = 0; i < kAccounts; ++i) {
      const SecretBinding binding = binding_of(i);
      const SealedSecret own = must(here.seal(secret_of(i), binding));
      const SealedSecret foreign = must(other.seal(secret_of(i), binding));
      tally.expect(Errc::undecryptable, here.open(foreign, binding));
      tally.expect(Errc::undecryptable, here.open({foreign.wrapped_key, own.ciphertext}, binding));
      tally.expect(Errc::undecryptable, here.open({own.wrapped_key, foreign.ciphertext}, binding));
      const Blob setting = must(other.seal_setting(secret_of(i), binding.target, "token"));
      tally.expect(Errc::undecryptable, here.open_setting(setting, binding.target, "token"));
    }
  }
  check_all_refused(tally, elsewhere.size() * kAccounts * 4);
}

}  // namespace stagepass::vault
