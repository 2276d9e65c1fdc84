// SSH public keys of recipients: one ends up behind our options in authorized_keys.

#include <stagepass/core/ssh_public_key.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_key(std::string_view input) {
  const Result<SshPublicKey> key = SshPublicKey::parse(input);
  if (!key) {
    require(key.error().code == Errc::invalid_argument, "what is no key is a wrong argument");
    require_safe(key.error());
    return;
  }
  const std::string& text = key->str();
  require(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "+/=@.- ") == std::string::npos,
          "a key is one line without options");
  require(std::count(text.begin(), text.end(), ' ') == 1, "a key is a type and its bytes");
  const Result<SshPublicKey> again = SshPublicKey::parse(text);
  require(again && *again == *key, "a printed key reads as the same");
  const std::string fingerprint = key->fingerprint();
  require(fingerprint.starts_with("SHA256:") && fingerprint.size() == 50,
          "a key has a fingerprint");
}

const Registration registration({"ssh_public_key", try_key});

}  // namespace
}  // namespace stagepass::fuzz
