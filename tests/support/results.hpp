#pragma once

#include <stagepass/core/result.hpp>

#include <stdexcept>
#include <support/catch.hpp>
#include <utility>

namespace stagepass::tests {

/// The value of a Result that must be one; otherwise the test fails with the error's text.
template <class T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error("unexpected error: " + result.error().message + " (" +
                             result.error().hint + ")");
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

/// The code of a Result that must be an error.
template <class T>
Errc error_of(const Result<T>& result) {
  if (result) {
    throw std::runtime_error("unexpected success");
  }
  return result.error().code;
}

}  // namespace stagepass::tests
