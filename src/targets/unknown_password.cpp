#include "targets/unknown_password.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stagepass::targets {

Secret unknown_password(Random& random) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr std::size_t kLength = 32;
  return Secret::make(kLength, [&](MutableBytes out) {
    random.fill(out);
    for (std::uint8_t& each : out) {
      each = static_cast<std::uint8_t>(kAlphabet[each % kAlphabet.size()]);
    }
  });
}

}  // namespace stagepass::targets
