#pragma once

// The only file that includes Catch2: the same tests build with version 2 (Debian 12) and version 3.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
namespace Catch::Matchers {
// NOLINTNEXTLINE(readability-identifier-naming): the name that version 3 gives it
inline auto ContainsSubstring(const std::string& text) {
  return Contains(text);
}
}  // namespace Catch::Matchers
#endif
