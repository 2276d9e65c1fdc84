#include <sodium.h>

#include <age/base64_text.hpp>
#include <age/curve_stanza.hpp>
#include <algorithm>

namespace stagepass::age {
namespace {

constexpr std::string_view kX25519Label = "age-encryption.org/v1/X25519";
constexpr std::string_view kSshEd25519Label = "age-encryption.org/v1/ssh-ed25519";

using Share = decltype(CurveStanza::share);
using SshTag = CurveStanza::SshTag;

SshTag tag_of(Bytes ssh_blob) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
  ::crypto_hash_sha256(digest.data(), ssh_blob.data(), ssh_blob.size());
  SshTag tag{};
  std::copy_n(digest.begin(), tag.size(), tag.begin());
  return tag;
}

/// The key that wraps the file key, from one side's scalar and the other side's point.
std::optional<Secret> wrapping_key(const Secret& scalar, Bytes point, const Share& share,
                                   const CurveKey& recipient) {
  auto shared = x25519(scalar, point);
  const bool is_ssh = !recipient.ssh_blob.empty();
  if (shared && is_ssh) {
    // Ties the result to the SSH key as it was given, not only to its point.
    shared = x25519(hkdf({}, recipient.ssh_blob, kSshEd25519Label), shared->reveal());
  }
  if (!shared) {
    return std::nullopt;
  }
  std::array<std::uint8_t, 64> salt{};
  std::copy(recipient.point.begin(), recipient.point.end(),
            std::copy(share.begin(), share.end(), salt.begin()));
  return hkdf(shared->reveal(), salt, is_ssh ? kSshEd25519Label : kX25519Label);
}

std::vector<std::string> arguments_of(const CurveKey& key, const Share& share) {
  if (key.ssh_blob.empty()) {
    return {std::string(kX25519Type), encode_base64(share, Padding::none)};
  }
  return {std::string(kSshEd25519Type), encode_base64(tag_of(key.ssh_blob), Padding::none),
          encode_base64(share, Padding::none)};
}

}  // namespace

Checked<CurveStanza> parse_curve_stanza(const Stanza& stanza) {
  const auto& arguments = stanza.arguments;
  const bool is_ssh = arguments.front() == kSshEd25519Type;
  CurveStanza parsed;
  if (arguments.size() != (is_ssh ? 3 : 2) || stanza.body.size() != parsed.box.size()) {
    return refuse(Flaw::header);
  }
  const auto share = decode_exactly<sizeof(Share)>(arguments.back());
  if (is_ssh) {
    parsed.ssh_tag = decode_exactly<sizeof(SshTag)>(arguments[1]);
  }
  if (!share || parsed.ssh_tag.has_value() != is_ssh) {
    return refuse(Flaw::header);
  }
  parsed.share = *share;
  std::copy(stanza.body.begin(), stanza.body.end(), parsed.box.begin());
  return parsed;
}

std::optional<Stanza> seal_for(const CurveKey& key, const Secret& file_key, Random& random) {
  const Secret scalar = Secret::make(32, [&](MutableBytes out) { random.fill(out); });
  const Share share = x25519_public(scalar);
  const auto wrapping = wrapping_key(scalar, key.point, share, key);
  if (!wrapping) {
    return std::nullopt;
  }
  const WrappedFileKey box = wrap_file_key(*wrapping, file_key);
  return Stanza{arguments_of(key, share), {box.begin(), box.end()}};
}

Checked<std::optional<Secret>> open_curve_stanza(const CurveStanza& stanza, const CurveKey& key,
                                                 const Secret& scalar) {
  const bool is_ssh = !key.ssh_blob.empty();
  if (is_ssh != stanza.ssh_tag.has_value() || (is_ssh && *stanza.ssh_tag != tag_of(key.ssh_blob))) {
    return std::nullopt;
  }
  const auto wrapping = wrapping_key(scalar, stanza.share, stanza.share, key);
  if (!wrapping) {
    return refuse(Flaw::header);
  }
  return unwrap_file_key(*wrapping, stanza.box);
}

}  // namespace stagepass::age
