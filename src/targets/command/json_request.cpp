#include "targets/command/json_request.hpp"

#include <fmt/core.h>

#include <cstdint>

namespace stagepass::targets {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr unsigned kFirstPrintable = 0x20;

struct Sequence {
  std::size_t length = 0;  ///< 0: no sequence begins so
  std::uint32_t bits = 0;
  std::uint32_t smallest = 0;  ///< a smaller value should have been written shorter
};

Sequence sequence_from(unsigned char lead) {
  if (lead < 0x80) {
    return {1, lead, 0};
  }
  if ((lead & 0xE0U) == 0xC0) {
    return {2, lead & 0x1FU, 0x80};
  }
  if ((lead & 0xF0U) == 0xE0) {
    return {3, lead & 0x0FU, 0x800};
  }
  if ((lead & 0xF8U) == 0xF0) {
    return {4, lead & 0x07U, 0x10000};
  }
  return {};
}

bool is_scalar_value(std::uint32_t value) {
  return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    Sequence sequence = sequence_from(static_cast<unsigned char>(text.front()));
    if (sequence.length == 0 || sequence.length > text.size()) {
      return false;
    }
    for (const char each : text.substr(1, sequence.length - 1)) {
      const auto byte = static_cast<unsigned char>(each);
      if ((byte & 0xC0U) != 0x80) {
        return false;
      }
      sequence.bits = (sequence.bits << 6U) | (byte & 0x3FU);
    }
    if (sequence.bits < sequence.smallest || !is_scalar_value(sequence.bits)) {
      return false;
    }
    text.remove_prefix(sequence.length);
  }
  return true;
}

void JsonWriter::begin_object() {
  if (!first_member_) {
    put(',');
  }
  put('{');
  first_member_ = true;
}

void JsonWriter::begin_object(std::string_view key) {
  put_key(key);
  first_member_ = true;
  begin_object();
}

void JsonWriter::end_object() {
  put('}');
  first_member_ = false;
}

void JsonWriter::member(std::string_view key, std::string_view utf8) {
  put_key(key);
  put_quoted(utf8);
}

void JsonWriter::member(std::string_view key, int number) {
  put_key(key);
  put(fmt::format("{}", number));
}

void JsonWriter::member(std::string_view key, std::initializer_list<std::string_view> utf8) {
  put_key(key);
  put('[');
  for (const std::string_view& each : utf8) {
    if (&each != utf8.begin()) {
      put(',');
    }
    put_quoted(each);
  }
  put(']');
}

void JsonWriter::flag(std::string_view key, bool is_true) {
  put_key(key);
  put(is_true ? "true" : "false");
}

void JsonWriter::begin_list(std::string_view key) {
  put_key(key);
  put('[');
  first_member_ = true;
}

void JsonWriter::end_list() {
  put(']');
  first_member_ = false;
}

void JsonWriter::put(char character) {
  if (size_ < out_.size()) {
    out_[size_] = static_cast<std::uint8_t>(character);
  }
  ++size_;
}

void JsonWriter::put(std::string_view text) {
  for (const char each : text) {
    put(each);
  }
}

void JsonWriter::put_key(std::string_view key) {
  if (!first_member_) {
    put(',');
  }
  first_member_ = false;
  put_quoted(key);
  put(':');
}

void JsonWriter::put_quoted(std::string_view text) {
  put('"');
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (each == '"' || each == '\\') {
      put('\\');
      put(each);
    } else if (byte < kFirstPrintable) {
      put("\\u00");
      put(kHexDigits[byte >> 4U]);
      put(kHexDigits[byte & 0x0FU]);
    } else {
      put(each);
    }
  }
  put('"');
}

}  // namespace stagepass::targets
