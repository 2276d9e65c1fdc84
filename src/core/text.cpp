#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace stagepass {
namespace {

/// One character at the front of a text: how many bytes it has, and its code point if it is valid UTF-8.
struct Decoded {
  std::size_t size = 1;
  bool is_valid = false;
  std::uint32_t code_point = 0;
};

constexpr std::uint32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

Decoded decode_front(std::string_view text) {
  const std::uint32_t lead = byte_at(text, 0);
  if (lead < 0x80U) {
    return {1, true, lead};
  }
  const std::size_t size = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U || text.size() < size) {
    return {};
  }
  constexpr std::array<std::uint32_t, 5> kLeadMask = {0, 0, 0x1FU, 0x0FU, 0x07U};
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80U, 0x800U, 0x10000U};
  std::uint32_t code_point = lead & kLeadMask.at(size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_at(text, i) & 0xC0U) != 0x80U) {
      return {};
    }
    code_point = code_point << 6U | (byte_at(text, i) & 0x3FU);
  }
  const bool is_surrogate = code_point >= 0xD800U && code_point <= 0xDFFFU;
  if (code_point < kSmallest.at(size) || code_point > 0x10FFFFU || is_surrogate) {
    return {};
  }
  return {size, true, code_point};
}

constexpr bool is_between(std::uint32_t code_point, std::uint32_t first, std::uint32_t last) {
  return code_point >= first && code_point <= last;
}

/// Control characters act on a terminal; bidirectional marks and line separators change what a reader sees.
bool is_dangerous(std::uint32_t c) {
  return c < 0x20U || is_between(c, 0x7FU, 0x9FU) || is_between(c, 0x200EU, 0x200FU) ||
         is_between(c, 0x2028U, 0x202EU) || is_between(c, 0x2066U, 0x2069U) || c == 0xFEFFU;
}

std::string escape_code_point(std::uint32_t code_point) {
  return code_point < 0x100U ? fmt::format("\\x{:02x}", code_point)
                             : fmt::format("\\u{:04x}", code_point);
}

}  // namespace

std::string escape_untrusted(std::string_view text, std::size_t limit) {
  std::string safe;
  while (!text.empty()) {
    const Decoded front = decode_front(text);
    std::string piece;
    if (!front.is_valid) {
      piece = fmt::format("\\x{:02x}", byte_at(text, 0));
    } else if (is_dangerous(front.code_point)) {
      piece = escape_code_point(front.code_point);
    } else {
      piece = text.substr(0, front.size);
    }
    if (safe.size() + piece.size() > limit) {
      return safe + "…";
    }
    safe += piece;
    text.remove_prefix(front.size);
  }
  return safe;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  return "\"" + escape_untrusted(text, kLongest) + "\"";
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string to_hex(Bytes bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

}  // namespace stagepass
