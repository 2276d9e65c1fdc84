#include <age/bech32.hpp>
#include <algorithm>
#include <array>
#include <cstdint>

namespace stagepass::age {
namespace {

constexpr std::string_view kDigits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumSize = 6;

/// The checksum of BIP 173: a remainder over the field of 32 elements.
class Checksum final {
 public:
  explicit Checksum(std::string_view prefix) {
    for (const char c : prefix) {
      add(static_cast<std::uint8_t>(c) >> 5U);
    }
    add(0);
    for (const char c : prefix) {
      add(static_cast<std::uint8_t>(c) & 31U);
    }
  }

  void add(std::uint32_t digit) {
    constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                         0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = value_ >> 25U;
    value_ = (value_ & 0x1ffffffU) << 5U ^ digit;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) {
      value_ ^= (top >> i & 1U) != 0 ? kGenerator.at(i) : 0;
    }
  }

  [[nodiscard]] std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 1;
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool has_mixed_case(std::string_view text) {
  const auto holds = [&](char first, char last) {
    return std::any_of(text.begin(), text.end(), [&](char c) { return c >= first && c <= last; });
  };
  return holds('a', 'z') && holds('A', 'Z');
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && text[prefix.size()] == '1' &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return a == lower(b); });
}

std::size_t digits_for(std::size_t byte_count) {
  return (byte_count * 8 + 4) / 5;
}

}  // namespace

std::size_t bech32_size(std::size_t prefix_size, std::size_t byte_count) {
  return prefix_size + 1 + digits_for(byte_count) + kChecksumSize;
}

void encode_bech32(std::string_view prefix, Bytes bytes, std::span<char> out) {
  Checksum checksum(prefix);
  auto next = std::copy(prefix.begin(), prefix.end(), out.begin());
  *next++ = '1';
  const auto put = [&](std::uint32_t digit) {
    checksum.add(digit);
    *next++ = kDigits[digit];
  };
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U | byte) & 0xfffU;
    for (count += 8; count >= 5; count -= 5) {
      put(bits >> (count - 5) & 31U);
    }
  }
  if (count > 0) {
    put(bits << (5 - count) & 31U);
  }
  for (std::size_t i = 0; i < kChecksumSize; ++i) {
    checksum.add(0);
  }
  const std::uint32_t remainder = checksum.value() ^ 1U;
  for (unsigned shift = 30; shift > 0; shift -= 5) {
    *next++ = kDigits[remainder >> (shift - 5) & 31U];
  }
}

bool decode_bech32(std::string_view text, std::string_view prefix, MutableBytes out) {
  if (has_mixed_case(text) || !starts_with(text, prefix) ||
      text.size() != bech32_size(prefix.size(), out.size())) {
    return false;
  }
  Checksum checksum(prefix);
  text.remove_prefix(prefix.size() + 1);
  std::uint32_t bits = 0;
  unsigned count = 0;
  auto next = out.begin();
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t digit = kDigits.find(lower(text[at]));
    if (digit == std::string_view::npos) {
      return false;
    }
    checksum.add(static_cast<std::uint32_t>(digit));
    if (at + kChecksumSize >= text.size()) {
      continue;
    }
    bits = (bits << 5U | static_cast<std::uint32_t>(digit)) & 0xfffU;
    count += 5;
    if (count >= 8) {
      count -= 8;
      *next++ = static_cast<std::uint8_t>(bits >> count & 0xffU);
    }
  }
  return checksum.value() == 1 && (bits & ((1U << count) - 1)) == 0;
}

}  // namespace stagepass::age
