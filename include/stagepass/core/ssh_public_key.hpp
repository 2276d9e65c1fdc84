#pragma once

#include <stagepass/core/result.hpp>

#include <string>
#include <string_view>

namespace stagepass {

/// One public key of a recipient in the form of authorized_keys, without options: "ssh-ed25519
/// AAAA… comment".
///
/// Guarantees: the type is one of the modern OpenSSH kinds, the blob decodes and repeats the
/// type; no options, no second line, no control characters, so that it can be written behind
/// options of our own.
class SshPublicKey final {
 public:
  /// Errors: `invalid_argument`; a private key pasted by mistake is recognized and named as such.
  [[nodiscard]] static Result<SshPublicKey> parse(std::string_view line);

  /// "type base64", the comment dropped.
  [[nodiscard]] const std::string& str() const noexcept { return text_; }

  /// "SHA256:…" as ssh-keygen -l shows it.
  [[nodiscard]] std::string fingerprint() const;

  friend bool operator==(const SshPublicKey&, const SshPublicKey&) = default;

 private:
  explicit SshPublicKey(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace stagepass
