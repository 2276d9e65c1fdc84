#pragma once

#include <stagepass/core/result.hpp>

#include <string>
#include <support/catch.hpp>

namespace stagepass::tests {

/// Refused with this place and sentence, and with what helps.
template <class Value>
void check_refusal(const Result<Value>& result, const std::string& message,
                   const std::string& hint) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::invalid_argument);
  CHECK_THAT(result.error().message, Catch::Matchers::ContainsSubstring(message));
  CHECK_THAT(result.error().hint, Catch::Matchers::ContainsSubstring(hint));
}

}  // namespace stagepass::tests
