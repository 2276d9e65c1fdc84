#pragma once

#include <stagepass/age/identity.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace stagepass::tests {

/// One file of the test vectors of C2SP/CCTV.
struct CctvVector {
  std::string name;
  std::string expect;        ///< "success" or the kind of the failure
  std::string payload_hash;  ///< SHA-256 of all plaintext that is released, in hex
  std::vector<std::string> identities;
  std::vector<std::string> passphrases;
  std::string file;
  bool is_armored = false;
  bool has_unknown_key = false;  ///< the specification of the vectors says to ignore such a file

  /// Not applicable: they need keys that libsodium has no arithmetic for.
  [[nodiscard]] bool needs_post_quantum() const;
  [[nodiscard]] std::vector<age::Identity> keys() const;
};

/// All of them, by name.
[[nodiscard]] std::vector<CctvVector> cctv_vectors();

}  // namespace stagepass::tests
