#include <stagepass/core/base64.hpp>

#include <sodium.h>

namespace stagepass {

std::string to_base64(Bytes bytes) {
  std::string text(::sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its terminator
  return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  if (text.empty()) {
    return std::vector<std::uint8_t>();  // libsodium wants somewhere to write even nothing
  }
  std::vector<std::uint8_t> bytes(text.size());  // never longer than its text
  std::size_t size = 0;
  const char* end = nullptr;
  const int status = ::sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                                         nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL);
  if (status != 0 || end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(size);
  return to_base64(bytes) == text ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace stagepass
