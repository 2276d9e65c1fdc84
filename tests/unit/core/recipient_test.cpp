#include <stagepass/core/recipient.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

constexpr const char* kKey = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

}  // namespace

TEST_CASE("Fingerprint: is eight words, and the same for the same key for ever") {
  const std::string words = fingerprint_of(kKey);
  CHECK(std::count(words.begin(), words.end(), ' ') == 7);
  CHECK(words == fingerprint_of(kKey));
  CHECK(words == "boney grandkid faculty skirt granite reggae ambition handclasp");
}

TEST_CASE("Fingerprint: keys that differ in one character have different words") {
  std::set<std::string> seen = {fingerprint_of(kKey)};
  const std::string key = kKey;
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string other = key;
    other[i] = other[i] == 'q' ? 'p' : 'q';
    seen.insert(fingerprint_of(other));
  }
  CHECK(seen.size() == key.size() + 1);
}

TEST_CASE("Recipient: a key is found by its text") {
  const Recipient recipient{must(RecipientName::parse("ana")), Timestamp(), {{.text = kKey}}};
  CHECK(recipient.key(kKey) == &recipient.keys.front());
  CHECK(recipient.key("age1") == nullptr);
}

}  // namespace stagepass::tests
