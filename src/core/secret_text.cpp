#include <stagepass/core/secret_text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace stagepass {
namespace {

constexpr std::size_t kLongestEscape = 6;

// One byte of a JSON string: itself, \" or \\, or \u00XX. The buffer outlives the view.
std::string_view json_escape(std::uint8_t byte, std::array<char, kLongestEscape>& buffer) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (byte == '"' || byte == '\\') {
    buffer = {'\\', static_cast<char>(byte)};
    return {buffer.data(), 2};
  }
  if (byte < 0x20) {
    buffer = {'\\', 'u', '0', '0', kHex[byte >> 4U], kHex[byte & 0x0FU]};
    return {buffer.data(), kLongestEscape};
  }
  buffer[0] = static_cast<char>(byte);
  return {buffer.data(), 1};
}

MutableBytes put(std::string_view text, MutableBytes out) {
  std::copy(text.begin(), text.end(), out.begin());
  return out.subspan(text.size());
}

}  // namespace

SecretText& SecretText::add(std::string text) {
  parts_.emplace_back(std::move(text));
  return *this;
}

SecretText& SecretText::add(const Secret& secret) {
  parts_.emplace_back(Raw{&secret});
  return *this;
}

SecretText& SecretText::add_json(const Secret& secret) {
  parts_.emplace_back(Json{&secret});
  return *this;
}

std::size_t SecretText::size_of(const Part& part) {
  if (const auto* text = std::get_if<std::string>(&part)) {
    return text->size();
  }
  if (const auto* raw = std::get_if<Raw>(&part)) {
    return raw->secret->size();
  }
  std::array<char, kLongestEscape> buffer{};
  std::size_t size = 2;
  for (const std::uint8_t byte : std::get<Json>(part).secret->reveal()) {
    size += json_escape(byte, buffer).size();
  }
  wipe({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
  return size;
}

MutableBytes SecretText::write(const Part& part, MutableBytes out) {
  if (const auto* text = std::get_if<std::string>(&part)) {
    return put(*text, out);
  }
  if (const auto* raw = std::get_if<Raw>(&part)) {
    return put(raw->secret->reveal_text(), out);
  }
  std::array<char, kLongestEscape> buffer{};
  out = put("\"", out);
  for (const std::uint8_t byte : std::get<Json>(part).secret->reveal()) {
    out = put(json_escape(byte, buffer), out);
  }
  wipe({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
  return put("\"", out);
}

Secret SecretText::build() const {
  std::size_t size = 0;
  for (const auto& part : parts_) {
    size += size_of(part);
  }
  return Secret::make(size, [&](MutableBytes out) {
    for (const auto& part : parts_) {
      out = write(part, out);
    }
  });
}

}  // namespace stagepass
