#pragma once

#include "oracle/oracle.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::proof {

/// Looks for secrets in every form in which they might slip out: as they are, in hex, in base64 (any
/// position in what was encoded, both alphabets) and in UTF-16.
class SecretSearch final {
 public:
  /// `name` is for messages: "a password". Throws for fewer than eight bytes: those would be found
  /// by chance.
  void add(const std::string& name, const Secret& secret);

  /// "a password in hex"; nothing if `content` holds none of them.
  [[nodiscard]] std::optional<std::string> find(std::string_view content) const;

 private:
  struct Needle {
    std::string what;
    std::string bytes;  ///< plain: pages to guard each of them cost more than the search itself
  };
  std::vector<Needle> needles_;
};

/// I6: the files in which the secret stands. A file that cannot be read is an objection, too, as is
/// a secret that is too short to be looked for.
[[nodiscard]] std::vector<Violation> find_secret(const std::vector<std::filesystem::path>& files,
                                                 const Secret& secret);

/// The regular files below `folder`.
[[nodiscard]] std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

}  // namespace stagepass::proof
