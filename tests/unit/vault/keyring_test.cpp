#include <stagepass/vault/keyring.hpp>
#include <stagepass/vault/vault.hpp>

#include <functional>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/memory_keyring.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <vector>

namespace stagepass::vault {

namespace {

using Catch::Matchers::ContainsSubstring;
using tests::error_of;
using tests::MemoryKeyring;
using tests::must;
using tests::SeededRandom;

const std::string this_vault = "00112233445566778899aabbccddeeff";
constexpr Timestamp kNow = Timestamp(std::chrono::seconds(1'900'000'000));
constexpr PassphraseCost kCheap = {.operations = 1, .memory_bytes = 8ULL * 1024 * 1024};

Secret key_of(std::uint8_t byte) {
  return Secret::make(kKeySize, [&](MutableBytes out) { std::fill(out.begin(), out.end(), byte); });
}

Keyring two_epochs(Random& random) {
  const Keyring first = must(Keyring::make(3, kNow, random));
  return must(first.grown(4, kNow + std::chrono::hours(24), random));
}

SecretBinding some_binding() {
  return {.account = must(AccountId::parse("a-7f3k9q2m5x")),
          .target = must(TargetName::parse("files")),
          .user_name = must(UserName::parse("sp7f3k9q2m5x")),
          .expires_at = kNow};
}

Result<Secret> nobody_asks() {
  return fail(Errc::internal, "nobody should be asked");
}

Result<Secret> right_passphrase() {
  return Secret::copy_of("correct-horse-battery-staple");
}

/// A vault whose processes share one keyring, as `vault()` opens it for each.
struct Rotated {
  explicit Rotated(bool has_passphrase = false)
      : ask(has_passphrase ? right_passphrase : nobody_asks) {
    const Secret passphrase = must(right_passphrase());
    parameters = must(Vault::create_parameters(
        this_vault, {key_of(1)}, has_passphrase ? &passphrase : nullptr, kCheap, random));
    must(vault().make_keyring(1, kNow));
  }

  Vault vault() { return vault_asking(ask); }
  Vault vault_asking(AskPassphrase asking) {
    return must(
        Vault::open(this_vault, parameters, {key_of(1)}, std::move(asking), random, keyring));
  }

  SeededRandom random;
  std::shared_ptr<MemoryKeyring> keyring = std::make_shared<MemoryKeyring>();
  AskPassphrase ask;
  std::vector<std::uint8_t> parameters;
};

}  // namespace

TEST_CASE("a keyring that is read is the one that was written") {
  SeededRandom random;
  const Keyring keyring = two_epochs(random);
  const Secret text = encode_keyring(keyring, key_of(1), this_vault, random);
  const Keyring read = must(decode_keyring(text, key_of(1), this_vault));
  REQUIRE(read.epochs().size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read.epochs()[i].number == keyring.epochs()[i].number);
    CHECK(read.epochs()[i].made_at == keyring.epochs()[i].made_at);
    CHECK(read.epochs()[i].secret == keyring.epochs()[i].secret);
  }
  CHECK(read.newest().number == 4);
  CHECK(read.find(3) != nullptr);
  CHECK(read.find(2) == nullptr);
}

TEST_CASE("a keyring with any bit changed, cut or lengthened is refused") {
  SeededRandom random;
  const Secret good = encode_keyring(two_epochs(random), key_of(1), this_vault, random);
  const std::string text(good.reveal_text());
  const auto is_refused = [](const std::string& changed) {
    const auto read = decode_keyring(Secret::copy_of(changed), key_of(1), this_vault);
    return !read && read.error().code == Errc::locked;
  };
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1U << bit % 8));
    refused += is_refused(changed) ? 1U : 0U;
  }
  CHECK(refused == text.size() * 8);
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK(is_refused(text.substr(0, size)));
    CHECK(is_refused(text.substr(text.size() - size)));
  }
  for (const char* more : {"\n", "\r\n", " ", "A", "="}) {
    CHECK(is_refused(text + more));
    CHECK(is_refused(more + text));
  }
}

TEST_CASE("a keyring is worthless without the key file and in another vault") {
  SeededRandom random;
  const Secret text = encode_keyring(two_epochs(random), key_of(1), this_vault, random);
  CHECK(error_of(decode_keyring(text, key_of(2), this_vault)) == Errc::locked);
  CHECK(error_of(decode_keyring(text, key_of(1), "ffeeddccbbaa99887766554433221100")) ==
        Errc::locked);
}

TEST_CASE("epochs only rise, and not without end") {
  SeededRandom random;
  const Keyring keyring = two_epochs(random);
  CHECK(error_of(keyring.grown(4, kNow, random)) == Errc::internal);
  CHECK(error_of(Keyring::make(0, kNow, random)) == Errc::invalid_argument);
  CHECK(error_of(Keyring::make(std::int64_t{1} << 32, kNow, random)) == Errc::invalid_argument);
  CHECK(keyring.newest_alone().epochs().size() == 1);
  CHECK(keyring.newest_alone().newest().secret == keyring.newest().secret);
}

TEST_CASE("a rewrapped secret is of the newest epoch and opens as before") {
  Rotated rotated;
  Vault vault = rotated.vault();
  const Secret secret = Secret::copy_of("secret");
  const SealedSecret before = must(vault.seal(secret, some_binding()));
  CHECK(Vault::epoch_of(before) == 1);

  must(vault.add_epoch(2, kNow));
  const SealedSecret after = must(vault.rewrap(before, some_binding()));
  CHECK(Vault::epoch_of(after) == 2);
  CHECK(after.ciphertext == before.ciphertext);
  CHECK(must(vault.open(before, some_binding())) == secret);
  CHECK(must(vault.open(after, some_binding())) == secret);
}

TEST_CASE("a passphrase vault rewraps while it is locked") {
  Rotated rotated(true);
  const SealedSecret before = must(rotated.vault().seal(Secret::copy_of("secret"), some_binding()));

  Vault locked = rotated.vault_asking(nobody_asks);
  must(locked.add_epoch(2, kNow));
  const SealedSecret after = must(locked.rewrap(before, some_binding()));
  must(locked.destroy_old_epochs());
  CHECK_FALSE(locked.is_unlocked());

  CHECK(must(rotated.vault().open(after, some_binding())) == Secret::copy_of("secret"));
}

TEST_CASE("a copy of the records from before a rotation opens with nothing that is left") {
  for (const bool has_passphrase : {false, true}) {
    CAPTURE(has_passphrase);
    Rotated rotated(has_passphrase);
    Vault vault = rotated.vault();
    const SealedSecret copy = must(vault.seal(Secret::copy_of("secret"), some_binding()));
    must(vault.add_epoch(2, kNow));
    const SealedSecret after = must(vault.rewrap(copy, some_binding()));
    must(vault.destroy_old_epochs());

    // The key file, the passphrase and the keyring of today.
    Vault thief = rotated.vault();
    const auto opened = thief.open(copy, some_binding());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::undecryptable);
    CHECK_THAT(opened.error().message, ContainsSubstring("epoch (1) was destroyed"));
    CHECK(error_of(thief.rewrap(copy, some_binding())) == Errc::undecryptable);
    // Nor with the old layers in the place of the new ones, or under the new epoch's number.
    SealedSecret renamed = copy;
    renamed.wrapped_key[4] = 2;
    CHECK(error_of(thief.open(renamed, some_binding())) == Errc::undecryptable);
    SealedSecret stripped = copy;
    stripped.wrapped_key[0] = 1;
    CHECK(error_of(thief.open(stripped, some_binding())) == Errc::undecryptable);
    CHECK(must(thief.open(after, some_binding())) == Secret::copy_of("secret"));
  }
}

TEST_CASE("an epoch is a new secret even under a number that was used before") {
  Rotated rotated;
  const SealedSecret sealed = must(rotated.vault().seal(Secret::copy_of("secret"), some_binding()));
  rotated.keyring->set_text(std::nullopt);
  must(rotated.vault().make_keyring(1, kNow));
  CHECK(error_of(rotated.vault().open(sealed, some_binding())) == Errc::undecryptable);
}

TEST_CASE("a process that knows only older epochs reads the keyring again for a newer record") {
  Rotated rotated;
  Vault daemon = rotated.vault();
  Vault other = rotated.vault();
  must(other.add_epoch(2, kNow));
  const SealedSecret sealed = must(other.seal(Secret::copy_of("secret"), some_binding()));
  must(other.destroy_old_epochs());

  CHECK(must(daemon.open(sealed, some_binding())) == Secret::copy_of("secret"));
  CHECK(Vault::epoch_of(must(daemon.seal(Secret::copy_of("x"), some_binding()))) == 2);
}

TEST_CASE("without a keyring secrets stay shut and what needs the service key alone goes on") {
  Rotated rotated;
  const SealedSecret sealed = must(rotated.vault().seal(Secret::copy_of("secret"), some_binding()));
  const std::string good = *rotated.keyring->text();
  for (const std::optional<std::string>& text :
       {std::optional<std::string>(), std::optional<std::string>(""), std::optional(good.substr(1)),
        std::optional<std::string>("stagepass-keyring 2 AAAA\n")}) {
    CAPTURE(text.value_or("missing"));
    rotated.keyring->set_text(text);
    Vault vault = rotated.vault();
    const auto opened = vault.open(sealed, some_binding());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::locked);
    CHECK_THAT(opened.error().message, ContainsSubstring("keyring"));
    CHECK_FALSE(opened.error().hint.empty());
    CHECK(error_of(vault.seal(Secret::copy_of("x"), some_binding())) == Errc::locked);
    CHECK(error_of(vault.rewrap(sealed, some_binding())) == Errc::locked);
    CHECK_FALSE(vault.marker(some_binding().account, some_binding().target).empty());
    CHECK(vault.sign("receipt\n"));
    const auto setting =
        must(vault.seal_setting(Secret::copy_of("token"), some_binding().target, "token"));
    CHECK(vault.open_setting(setting, some_binding().target, "token"));
    rotated.keyring->set_text(good);
    CHECK(vault.open(sealed, some_binding()));
  }
}

TEST_CASE("nothing is sealed with a keyring that a power cut may yet take away") {
  Rotated rotated;
  int settled = 0;
  rotated.keyring->on_call([&](std::string_view operation) {
    settled += operation == "settle" ? 1 : 0;
    return Result<void>();
  });
  Vault vault = rotated.vault();
  const SealedSecret sealed = must(vault.seal(Secret::copy_of("x"), some_binding()));
  CHECK(settled == 1);
  must(vault.seal(Secret::copy_of("x"), some_binding()));
  CHECK(settled == 1);

  rotated.keyring->on_call([](std::string_view operation) -> Result<void> {
    return operation == "settle" ? Result<void>(fail(Errc::not_durable, "a disk that dies"))
                                 : Result<void>();
  });
  Vault other = rotated.vault();
  CHECK(error_of(other.seal(Secret::copy_of("x"), some_binding())) == Errc::not_durable);
  CHECK(error_of(other.rewrap(sealed, some_binding())) == Errc::not_durable);
  CHECK(other.open(sealed, some_binding()));
}

TEST_CASE("a keyring is made only where none can be read") {
  Rotated rotated;
  Vault vault = rotated.vault();
  CHECK(error_of(vault.make_keyring(9, kNow)) == Errc::conflict);
  rotated.keyring->on_call([](std::string_view operation) -> Result<void> {
    return operation == "read" ? Result<void>(fail(Errc::permission_denied, "not ours"))
                               : Result<void>();
  });
  CHECK(error_of(vault.make_keyring(9, kNow)) == Errc::permission_denied);
  rotated.keyring->on_call([](std::string_view) { return Result<void>(); });
  rotated.keyring->set_text("damaged");
  must(vault.make_keyring(9, kNow));
  CHECK(must(vault.reload_epochs()).front().number == 9);
}

}  // namespace stagepass::vault
