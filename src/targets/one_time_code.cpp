#include "targets/sha1.hpp"

#include <stagepass/targets/one_time_code.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stagepass::targets {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t kBlockSize = 64;  // of SHA-1
constexpr std::size_t kMessageSize = 8;
constexpr std::size_t kDigits = 6;
constexpr std::uint32_t kCodes = 1'000'000;

std::optional<std::uint8_t> value_of(char digit) {
  const std::size_t found = kAlphabet.find(digit);
  return found == std::string_view::npos ? std::nullopt
                                         : std::optional(static_cast<std::uint8_t>(found));
}

/// HMAC as RFC 2104 has it, of a key that is no longer than a block.
Result<Secret> hmac_sha1(const Secret& key, std::uint64_t message) {
  const auto keyed = [&](std::uint8_t pad, Bytes content) {
    return Secret::make(kBlockSize + content.size(), [&](MutableBytes out) {
      std::fill_n(out.begin(), kBlockSize, pad);
      for (std::size_t i = 0; i < key.size(); ++i) {
        out[i] = static_cast<std::uint8_t>(out[i] ^ key.reveal()[i]);
      }
      std::copy(content.begin(), content.end(), out.begin() + kBlockSize);
    });
  };
  std::array<std::uint8_t, kMessageSize> big_endian{};
  for (std::size_t i = 0; i < kMessageSize; ++i) {
    big_endian.at(kMessageSize - 1 - i) = static_cast<std::uint8_t>(message >> (8 * i));
  }
  SP_ASSIGN(const Secret inner, sha1(keyed(0x36, big_endian)));
  return sha1(keyed(0x5C, inner.reveal()));
}

}  // namespace

Secret to_base32(const Secret& key) {
  const std::size_t size = (key.size() * 8 + 4) / 5;
  return Secret::make(size, [&](MutableBytes out) {
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t bit = i * 5;
      const std::size_t byte = bit / 8;
      const unsigned next = byte + 1 < key.size() ? key.reveal()[byte + 1] : 0U;
      const unsigned two = static_cast<unsigned>(key.reveal()[byte]) << 8U | next;
      out[i] = static_cast<std::uint8_t>(kAlphabet[two >> (11 - bit % 8) & 0x1FU]);
    }
  });
}

Result<Secret> from_base32(const Secret& text) {
  const std::string_view digits = text.reveal_text();
  const bool is_base32 = !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                                        [](char each) { return value_of(each); });
  if (!is_base32 || digits.size() * 5 / 8 > kBlockSize) {
    return fail(Errc::invalid_argument, "the second factor is no base32");
  }
  return Secret::make(digits.size() * 5 / 8, [&](MutableBytes out) {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    for (std::size_t i = 0; i < out.size() * 8; ++i) {
      const unsigned digit = value_of(digits[i / 5]).value_or(0);
      const unsigned bit = digit >> (4 - i % 5) & 1U;
      out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | bit << (7 - i % 8));
    }
  });
}

Result<Secret> one_time_code(const Secret& key, Timestamp at) {
  SP_ASSIGN(const Secret mac,
            hmac_sha1(key, static_cast<std::uint64_t>(at.time_since_epoch() / kOneTimeCodeLife)));
  const std::size_t offset = mac.reveal()[mac.size() - 1] & 0x0FU;
  std::uint32_t number = 0;
  for (const std::uint8_t byte : mac.reveal().subspan(offset, 4)) {
    number = number << 8U | byte;
  }
  number = (number & 0x7FFFFFFFU) % kCodes;
  return Secret::make(kDigits, [&](MutableBytes out) {
    for (std::size_t i = kDigits; i > 0; number /= 10) {
      out[--i] = static_cast<std::uint8_t>('0' + number % 10);
    }
  });
}

}  // namespace stagepass::targets
