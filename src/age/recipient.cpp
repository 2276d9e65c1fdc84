#include <stagepass/age/recipient.hpp>
#include <stagepass/core/base64.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/core/text.hpp>

#include <sodium.h>

#include <age/bech32.hpp>
#include <age/curve_stanza.hpp>
#include <age/kdf.hpp>
#include <algorithm>

namespace stagepass::age {
namespace {

constexpr std::string_view kPrefix = "age";
constexpr std::string_view kWanted = "give an age key (age1…) or an ssh-ed25519 public key";

Failure refuse_key(std::string message, std::string_view hint = kWanted) {
  return fail(Errc::invalid_argument, std::move(message), std::string(hint));
}

/// A point that gives everybody the same shared secret is told by any scalar.
bool is_usable(Bytes point) {
  const Secret scalar = Secret::make(32, [](MutableBytes out) { std::fill_n(out.data(), 32, 9); });
  return x25519(scalar, point).has_value();
}

Result<CurveKey> parse_ssh(std::string_view line) {
  SP_ASSIGN(const SshPublicKey key, SshPublicKey::parse(line));
  const std::string& text = key.str();
  if (!text.starts_with(kSshEd25519Type)) {
    return refuse_key("nothing can be encrypted to this kind of SSH key",
                      "make one: ssh-keygen -t ed25519");
  }
  CurveKey curve;
  curve.ssh_blob = from_base64(std::string_view(text).substr(kSshEd25519Type.size() + 1)).value();
  const std::uint8_t* edwards = curve.ssh_blob.data() + curve.ssh_blob.size() - curve.point.size();
  if (::crypto_sign_ed25519_pk_to_curve25519(curve.point.data(), edwards) != 0) {
    return refuse_key("this SSH key is no key that protects anything",
                      "make one: ssh-keygen -t ed25519");
  }
  return curve;
}

Result<CurveKey> parse_native(std::string_view text) {
  CurveKey curve;
  if (decode_bech32(text, kPrefix, curve.point)) {
    return is_usable(curve.point) ? Result<CurveKey>(std::move(curve))
                                  : refuse_key("this age key is no key that protects anything");
  }
  if (text.starts_with("age1pq1") || text.starts_with("age1tagpq1")) {
    return refuse_key("post-quantum age keys cannot be used here yet");
  }
  // A prefix ends at the last "1", which no other part of such a text holds.
  if (text.starts_with("age1") && text.rfind('1') > kPrefix.size()) {
    return refuse_key("keys for plugins of age cannot be used here");
  }
  return refuse_key("the age key was mistyped or cut off");
}

bool begins_as_secret(std::string_view text) {
  constexpr std::string_view kSecret = "age-secret-key-";
  return text.size() >= kSecret.size() &&
         std::equal(kSecret.begin(), kSecret.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

}  // namespace

Result<Recipient> Recipient::parse(std::string_view text) {
  text = trimmed(text);
  if (begins_as_secret(text)) {
    return refuse_key("this is a secret key, which nobody else should have",
                      "give the public key that belongs to it: age-keygen -y KEYFILE");
  }
  if (text.starts_with("age1") || text.starts_with("AGE1")) {
    SP_ASSIGN(CurveKey key, parse_native(text));
    return Recipient(std::move(key));
  }
  if (text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") ||
      text.find("PRIVATE KEY") != std::string_view::npos) {
    SP_ASSIGN(CurveKey key, parse_ssh(text));
    return Recipient(std::move(key));
  }
  return refuse_key("this is no public key that a file can be encrypted to");
}

std::string Recipient::str() const {
  if (!key_.ssh_blob.empty()) {
    return std::string(kSshEd25519Type).append(" ").append(to_base64(key_.ssh_blob));
  }
  std::string text(bech32_size(kPrefix.size(), key_.point.size()), '\0');
  encode_bech32(kPrefix, key_.point, text);
  return text;
}

}  // namespace stagepass::age
