#include <stagepass/core/word_list.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::vault {

namespace {

using tests::must;
using tests::SeededRandom;

std::set<std::string_view> all_words() {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kEffLargeWords; ++i) {
    words.insert(eff_large_word(i));
  }
  return words;
}

}  // namespace

TEST_CASE("the word list holds 7776 distinct words of three to nine characters") {
  const auto words = all_words();
  CHECK(words.size() == 7776);
  CHECK(eff_large_word(0) == "abacus");
  CHECK(eff_large_word(7775) == "zoom");
  CHECK(std::all_of(words.begin(), words.end(), [](std::string_view word) {
    return word.size() >= 3 && word.size() <= 9 &&
           word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
  }));
}

// Otherwise two draws could give one passphrase, and the entropy would be less than stated.
TEST_CASE("no word with a dash can be mistaken for two words") {
  const auto words = all_words();
  for (const std::string_view word : words) {
    const std::size_t dash = word.find('-');
    if (dash != std::string_view::npos) {
      CAPTURE(word);
      CHECK(!(words.contains(word.substr(0, dash)) && words.contains(word.substr(dash + 1))));
    }
  }
}

TEST_CASE("a passphrase is words of the list joined by dashes") {
  SeededRandom random;
  auto generator = must(PassphraseGenerator::make(PassphraseGenerator::kStandardWords, random));
  const auto words = all_words();
  const Secret passphrase = generator.generate();
  std::string rest(passphrase.reveal_text());
  rest += '-';
  int count = 0;
  while (!rest.empty()) {
    const bool has_own_dash = !words.contains(rest.substr(0, rest.find('-')));
    const std::size_t end = rest.find('-', has_own_dash ? rest.find('-') + 1 : 0);
    REQUIRE(end != std::string::npos);
    CHECK(words.contains(rest.substr(0, end)));
    rest.erase(0, end + 1);
    ++count;
  }
  CHECK(count == 10);
  CHECK(generator.entropy_bits() == Approx(129.2).margin(0.05));
}

TEST_CASE("two passphrases in a row differ") {
  SeededRandom random;
  auto generator = must(PassphraseGenerator::make(6, random));
  CHECK_FALSE(generator.generate() == generator.generate());
}

TEST_CASE("a passphrase below 77 bits is refused") {
  SeededRandom random;
  for (const std::size_t words : {0, 1, 5}) {
    const auto generator = PassphraseGenerator::make(words, random);
    REQUIRE_FALSE(generator);
    CHECK(generator.error().code == Errc::policy);
    CHECK(generator.error().hint == "use at least 6 words");
  }
  CHECK(PassphraseGenerator::make(6, random));
}

TEST_CASE("a passphrase of more words than anybody types is refused") {
  SeededRandom random;
  CHECK(PassphraseGenerator::make(64, random));
  CHECK(tests::error_of(PassphraseGenerator::make(65, random)) == Errc::invalid_argument);
}

}  // namespace stagepass::vault
