#pragma once

#include <stagepass/core/secret.hpp>

#include <age/kdf.hpp>
#include <algorithm>
#include <cstdint>
#include <string_view>

namespace stagepass::age {

/// Takes fields of OpenSSH from the front of bytes; once one is missing, all that follow are empty.
class SshFields final {
 public:
  explicit SshFields(Bytes bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint32_t number() {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : take(4)) {
      value = value << 8U | byte;
    }
    return value;
  }

  [[nodiscard]] Bytes string() { return take(number()); }

  [[nodiscard]] bool skip(std::string_view expected) {
    const Bytes found = take(expected.size());
    return std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                      [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
  }

  [[nodiscard]] Bytes rest() const noexcept { return rest_; }
  [[nodiscard]] bool is_good() const noexcept { return is_good_; }

 private:
  Bytes take(std::size_t size) {
    is_good_ = is_good_ && size <= rest_.size();
    const Bytes taken = rest_.first(is_good_ ? size : 0);
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  Bytes rest_;
  bool is_good_ = true;
};

[[nodiscard]] inline bool is_text(Bytes bytes, std::string_view text) {
  const Bytes expected = bytes_of(text);
  return std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end());
}

}  // namespace stagepass::age
