#pragma once

#include <stagepass/core/secret.hpp>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace stagepass {

/// Text with secrets in it, put together in protected memory.
///
/// Secrets: the secrets given to it must outlive it; only `build` copies them, into another Secret.
class SecretText final {
 public:
  SecretText& add(std::string text);
  SecretText& add(const Secret& secret);
  /// `secret` as a JSON string, in quotes. Bytes beyond ASCII pass as they are (UTF-8).
  SecretText& add_json(const Secret& secret);

  [[nodiscard]] Secret build() const;

 private:
  struct Raw {
    const Secret* secret;
  };
  struct Json {
    const Secret* secret;
  };
  using Part = std::variant<std::string, Raw, Json>;

  static std::size_t size_of(const Part& part);
  static MutableBytes write(const Part& part, MutableBytes out);

  std::vector<Part> parts_;
};

}  // namespace stagepass
