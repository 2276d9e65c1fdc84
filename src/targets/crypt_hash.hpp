#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <cstddef>

namespace stagepass::targets {

/// A way of hashing passwords, by the system's libcrypt.
struct CryptMethod {
  const char* prefix = nullptr;  ///< "$y$"
  unsigned long cost = 0;        ///< 0: the library's own
  std::size_t longest_password = 0;
  const char* name = nullptr;
};

/// Errors: `invalid_argument` for a password that is empty, too long or has a zero in it.
[[nodiscard]] Result<Secret> crypt_hash(const Secret& password, const CryptMethod& method,
                                        Random& random);

}  // namespace stagepass::targets
