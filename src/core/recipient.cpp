#include <stagepass/core/recipient.hpp>
#include <stagepass/core/word_list.hpp>

#include <sodium.h>

#include <algorithm>
#include <array>

namespace stagepass {
namespace {

constexpr std::string_view kKeyLabel = "stagepass recipient key 1";
constexpr std::size_t kWords = 8;

/// 128 bits, the first byte the highest: so many more than the words that each is as likely as any other.
using Number = std::array<std::uint8_t, 16>;

Number hash_of(std::string_view label, std::string_view text) {
  Number hash{};
  crypto_generichash_state state;
  const auto add = [&](std::string_view part) {
    ::crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                                part.size());
  };
  ::crypto_generichash_init(&state, nullptr, 0, hash.size());
  add(label);
  add("\n");
  add(text);
  ::crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

/// Divides `number` and returns the rest.
std::size_t divide(Number& number, std::size_t divisor) {
  constexpr std::size_t kByte = 256;
  std::size_t rest = 0;
  for (std::uint8_t& digit : number) {
    const std::size_t value = rest * kByte + digit;
    digit = static_cast<std::uint8_t>(value / divisor);
    rest = value % divisor;
  }
  return rest;
}

}  // namespace

const RecipientKey* Recipient::key(std::string_view text) const {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const RecipientKey& each) { return each.text == text; });
  return found == keys.end() ? nullptr : &*found;
}

std::string eight_words(std::string_view label, std::string_view text) {
  Number number = hash_of(label, text);
  std::string words;
  for (std::size_t i = 0; i < kWords; ++i) {
    words += i == 0 ? "" : " ";
    words += eff_large_word(divide(number, kEffLargeWords));
  }
  return words;
}

std::string fingerprint_of(std::string_view key_text) {
  return eight_words(kKeyLabel, key_text);
}

}  // namespace stagepass
