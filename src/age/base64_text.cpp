#include <sodium.h>

#include <age/base64_text.hpp>
#include <algorithm>

namespace stagepass::age {
namespace {

int variant_of(Padding padding) {
  return padding == Padding::full ? sodium_base64_VARIANT_ORIGINAL
                                  : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

// libsodium 1.0.18 takes bytes beyond ASCII as if they were "/".
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

std::string encode_base64(Bytes bytes, Padding padding) {
  const int variant = variant_of(padding);
  std::string text(::sodium_base64_encoded_len(bytes.size(), variant), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // its terminator
  return text;
}

std::optional<std::size_t> decode_base64(std::string_view text, Padding padding, MutableBytes out) {
  if (text.empty()) {
    return 0;  // libsodium wants somewhere to write even nothing
  }
  std::size_t size = 0;
  const char* end = nullptr;
  if (!is_ascii(text) ||
      ::sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end,
                          variant_of(padding)) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  return size;
}

}  // namespace stagepass::age
