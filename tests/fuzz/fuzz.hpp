#pragma once

#include <stagepass/core/result.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace stagepass::fuzz {

/// One parser under fire: takes whatever there is, and returns unless a promise is broken.
struct Trial {
  std::string_view name;
  void (*run)(std::string_view input);
};

/// Every trial that is linked into this program: one in a fuzzer, all of them in fuzz_replay.
[[nodiscard]] const std::vector<Trial>& trials();

/// `const Registration` at namespace scope puts a trial into `trials()`.
struct Registration {
  explicit Registration(Trial trial);
};

/// What is longer is cut off: no parser here does anything with a long text that it does not do
/// with a short one.
inline constexpr std::size_t kLongestInput = 8192;

/// Ends the program, which is what a fuzzer takes for a finding, unless the promise holds.
void require(bool holds, const char* promise);

/// Text that may reach a terminal or a log: valid UTF-8 in which nothing steers, hides or reorders.
void require_safe(std::string_view text);
void require_safe(const Error& error);

/// The text up to the next separator, or all of it; moves `rest` behind it.
[[nodiscard]] std::string_view take_until(std::string_view& rest, char separator);

}  // namespace stagepass::fuzz
