#include <stagepass/core/word_list.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vault/uniform_source.hpp>

namespace stagepass::vault {

namespace {

constexpr std::size_t kFewestWords = 6;  // 77.5 bits, EFF's own advice
constexpr std::size_t kMostWords = 64;

/// The numbers of the drawn words. They are the passphrase, so they are wiped.
class WordNumbers final {
 public:
  WordNumbers(std::size_t count, Random& random) : count_(count) {
    UniformSource source(random);
    for (std::size_t i = 0; i < count_; ++i) {
      numbers_[i] = static_cast<std::uint16_t>(source.below(kEffLargeWords));
    }
  }
  WordNumbers(const WordNumbers&) = delete;
  WordNumbers& operator=(const WordNumbers&) = delete;
  WordNumbers(WordNumbers&&) = delete;
  WordNumbers& operator=(WordNumbers&&) = delete;
  ~WordNumbers() { wipe({reinterpret_cast<std::uint8_t*>(numbers_.data()), sizeof(numbers_)}); }

  [[nodiscard]] std::size_t text_size() const {
    std::size_t size = count_ - 1;  // the dashes
    for (std::size_t i = 0; i < count_; ++i) {
      size += eff_large_word(numbers_[i]).size();
    }
    return size;
  }

  void write(MutableBytes out) const {
    auto at = out.begin();
    for (std::size_t i = 0; i < count_; ++i) {
      if (i > 0) {
        *at++ = '-';
      }
      const std::string_view word = eff_large_word(numbers_[i]);
      at = std::copy(word.begin(), word.end(), at);
    }
  }

 private:
  std::array<std::uint16_t, kMostWords> numbers_{};
  std::size_t count_;
};

}  // namespace

Result<PassphraseGenerator> PassphraseGenerator::make(std::size_t words, Random& random) {
  if (words > kMostWords) {
    return fail(Errc::invalid_argument, fmt::format("a passphrase cannot have {} words", words),
                fmt::format("choose {} to {}", kFewestWords, kMostWords));
  }
  const PassphraseGenerator generator(words, random);
  if (words < kFewestWords) {
    return fail(Errc::policy,
                fmt::format("a passphrase of {} words has only {:.1f} bits of entropy", words,
                            generator.entropy_bits()),
                fmt::format("use at least {} words", kFewestWords));
  }
  return generator;
}

Secret PassphraseGenerator::generate() {
  const WordNumbers words(words_, *random_);
  return Secret::make(words.text_size(), [&](MutableBytes out) { words.write(out); });
}

double PassphraseGenerator::entropy_bits() const noexcept {
  return static_cast<double>(words_) * std::log2(static_cast<double>(kEffLargeWords));
}

}  // namespace stagepass::vault
