#include <stagepass/vault/key_export.hpp>

#include <algorithm>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::vault {

namespace {

using tests::error_of;
using tests::must;

constexpr PassphraseCost kCheap = {.operations = 1, .memory_bytes = 8ULL * 1024 * 1024};
const std::string passphrase = "correct-horse-battery-staple";

Secret exported(const FileKey& key, const PassphraseCost& cost = kCheap) {
  tests::SeededRandom random;
  return must(encode_key_export(key, Secret::copy_of(passphrase), cost, random));
}

FileKey some_key() {
  tests::SeededRandom random(7);
  return new_key(random);
}

}  // namespace

TEST_CASE("an exported key comes back with its passphrase and with no other") {
  const FileKey key = some_key();
  const Secret text = exported(key);
  CHECK(must(decode_key_export(text, Secret::copy_of(passphrase))).bytes == key.bytes);
  CHECK(error_of(decode_key_export(text, Secret::copy_of("correct-horse-battery-stapler"))) ==
        Errc::locked);
  CHECK(error_of(decode_key_export(text, Secret::copy_of(""))) == Errc::locked);
}

TEST_CASE("an export that was edited or cut gives no key") {
  const Secret text = exported(some_key());
  const std::string good(text.reveal_text());
  const auto gives_none = [](const std::string& changed) {
    const auto key = decode_key_export(Secret::copy_of(changed), Secret::copy_of(passphrase));
    return !key && (key.error().code == Errc::locked || key.error().code == Errc::invalid_argument);
  };
  // One bit of each character; those of the cost may ask for much memory, so they are left to the next test.
  constexpr std::size_t kCostBegins = 23 + 20;
  constexpr std::size_t kCostEnds = kCostBegins + 24;
  for (std::size_t at = 0; at + 1 < good.size(); ++at) {
    if (at >= kCostBegins && at < kCostEnds) {
      continue;
    }
    CAPTURE(at);
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK(gives_none(changed));
  }
  CHECK(gives_none(good.substr(0, good.size() - 5)));
  CHECK(gives_none(good + "A"));
  CHECK(gives_none(""));
}

TEST_CASE("an export whose cost is out of bounds is not even tried") {
  tests::SeededRandom random;
  const PassphraseCost too_cheap = {.operations = 1, .memory_bytes = 1024};
  CHECK(error_of(encode_key_export(some_key(), Secret::copy_of(passphrase), too_cheap, random)) ==
        Errc::invalid_argument);
  CHECK(error_of(encode_key_export(some_key(), Secret::copy_of(""), kCheap, random)) ==
        Errc::invalid_argument);
}

TEST_CASE("an export does not hold its key in the clear") {
  const FileKey key = some_key();
  const Secret file = encode_key_file(key);
  const std::string base64(file.reveal_text().substr(16, 40));
  const Secret text = exported(key);
  CHECK(text.reveal_text().find(base64) == std::string_view::npos);
}

}  // namespace stagepass::vault
