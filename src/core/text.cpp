#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <optional>

namespace stagepass {
namespace {

constexpr std::size_t kQuotedLimit = 80;
constexpr std::string_view kCut = "…";

struct CodePoint {
  char32_t value;
  std::size_t length;  ///< bytes of UTF-8
};

struct Utf8Shape {
  std::uint8_t mask;
  std::uint8_t lead;
  std::size_t length;
  char32_t smallest;  ///< anything less would have had a shorter form
};

constexpr std::array<Utf8Shape, 4> kUtf8Shapes = {
    {{0x80, 0x00, 1, 0}, {0xE0, 0xC0, 2, 0x80}, {0xF0, 0xE0, 3, 0x800}, {0xF8, 0xF0, 4, 0x10000}}};

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

bool is_scalar_value(char32_t value) {
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  return value <= 0x10FFFF && !is_surrogate;
}

/// The first character of `text`, or nothing where it is not valid UTF-8.
std::optional<CodePoint> decode_first(std::string_view text) {
  for (const Utf8Shape& shape : kUtf8Shapes) {
    if ((byte_at(text, 0) & shape.mask) != shape.lead) {
      continue;
    }
    if (text.size() < shape.length) {
      return std::nullopt;
    }
    auto value = static_cast<char32_t>(byte_at(text, 0) & ~shape.mask);
    for (std::size_t i = 1; i < shape.length; ++i) {
      if ((byte_at(text, i) & 0xC0) != 0x80) {
        return std::nullopt;
      }
      value = (value << 6U) | (byte_at(text, i) & 0x3FU);
    }
    if (value < shape.smallest || !is_scalar_value(value)) {
      return std::nullopt;
    }
    return CodePoint{value, shape.length};
  }
  return std::nullopt;
}

bool is_ascii_control(char32_t c) {
  return c < 0x20 || c == 0x7F;
}

/// Characters that steer a terminal, or reorder or hide what a person reads.
bool is_deceptive(char32_t c) {
  const bool is_c1 = c >= 0x80 && c <= 0x9F;
  const bool is_line_separator = c == 0x2028 || c == 0x2029;
  const bool is_direction = c == 0x200E || c == 0x200F || c == 0x061C ||
                            (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool is_invisible = c == 0xFEFF;
  return is_c1 || is_line_separator || is_direction || is_invisible;
}

/// What stands for the first character of `text`; moves `text` behind it.
std::string take_escaped(std::string_view& text) {
  const auto first = decode_first(text);
  const std::string_view bytes = text.substr(0, first ? first->length : 1);
  text.remove_prefix(bytes.size());
  if (!first || is_ascii_control(first->value)) {
    return fmt::format("\\x{:02x}", byte_at(bytes, 0));
  }
  if (is_deceptive(first->value)) {
    return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(first->value));
  }
  return std::string(bytes);
}

}  // namespace

std::string escape_untrusted(std::string_view text, std::size_t limit) {
  std::string safe;
  while (!text.empty()) {
    const std::string piece = take_escaped(text);
    if (safe.size() + piece.size() > limit) {
      return safe.append(kCut);
    }
    safe += piece;
  }
  return safe;
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", escape_untrusted(text, kQuotedLimit));
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) {
      joined += separator;
    }
    joined += part;
  }
  return joined;
}

std::string_view trimmed(std::string_view text, std::string_view blanks) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

std::string to_hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 0x0FU];
  }
  return hex;
}

}  // namespace stagepass
