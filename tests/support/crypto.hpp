#pragma once

#include <stagepass/core/secret.hpp>

namespace stagepass::tests {

/// Include this and libsodium is ready before the first test runs.
inline const bool crypto_is_ready = [] {
  initialize_crypto();
  return true;
}();

}  // namespace stagepass::tests
