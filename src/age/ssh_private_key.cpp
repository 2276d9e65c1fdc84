#include <sodium.h>

#include <age/base64_text.hpp>
#include <age/curve_stanza.hpp>
#include <age/kdf.hpp>
#include <age/ssh_fields.hpp>
#include <age/ssh_private_key.hpp>
#include <algorithm>
#include <optional>

namespace stagepass::age {
namespace {

constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view kMagic("openssh-key-v1\0", 15);
constexpr std::size_t kLargestFile = std::size_t{16} * 1024;  // an RSA key of 16,384 bits
constexpr std::size_t kPublicSize = crypto_sign_PUBLICKEYBYTES;
constexpr std::size_t kBlockSize = 8;  // of "none", the cipher of a file without a passphrase

Failure damaged() {
  return fail(Errc::invalid_argument, "the SSH private key is damaged or cut off",
              "give the whole file, from its BEGIN line to its END line");
}

Failure other_kind() {
  return fail(Errc::invalid_argument, "only SSH keys of the type ed25519 can be used here",
              "use the key that belongs to the ssh-ed25519 public key you gave");
}

/// The base64 between the lines BEGIN and END, without its line ends; nothing if one is missing.
std::optional<Secret> base64_of(std::string_view file) {
  const std::size_t begin = file.find(kBegin);
  const std::size_t end = file.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return std::nullopt;
  }
  const std::string_view body = file.substr(begin + kBegin.size(), end - begin - kBegin.size());
  const auto is_line_end = [](char c) { return c == '\r' || c == '\n'; };
  const auto count = std::count_if(body.begin(), body.end(), is_line_end);
  return Secret::make(body.size() - static_cast<std::size_t>(count), [&](MutableBytes out) {
    std::copy_if(body.begin(), body.end(), out.begin(), [&](char c) { return !is_line_end(c); });
  });
}

/// Seed and public key, as libsodium and OpenSSH keep them in one: do they belong together?
bool is_key_pair(Bytes pair) {
  std::array<std::uint8_t, kPublicSize> expected{};
  const Secret ignored = Secret::make(crypto_sign_SECRETKEYBYTES, [&](MutableBytes out) {
    ::crypto_sign_seed_keypair(expected.data(), out.data(), pair.data());
  });
  const Bytes found = pair.last(kPublicSize);
  return std::equal(expected.begin(), expected.end(), found.begin(), found.end());
}

/// What OpenSSH writes behind the comment up to a whole block: 1, 2, 3 …
bool is_padding(Bytes bytes) {
  std::uint8_t expected = 0;
  return bytes.size() < kBlockSize &&
         std::all_of(bytes.begin(), bytes.end(), [&](std::uint8_t b) { return b == ++expected; });
}

Result<SshPrivateKey> parse_private_part(Bytes part, Bytes public_key) {
  SshFields fields(part);
  const std::uint32_t check = fields.number();
  const bool is_checked = check == fields.number();
  const Bytes type = fields.string();
  if (!fields.is_good() || !is_checked || part.size() % kBlockSize != 0) {
    return damaged();
  }
  if (!is_text(type, kSshEd25519Type)) {
    return other_kind();
  }
  const Bytes repeated = fields.string();
  const Bytes pair = fields.string();
  static_cast<void>(fields.string());  // the comment
  if (!fields.is_good() || !is_padding(fields.rest()) ||
      pair.size() != crypto_sign_SECRETKEYBYTES || !is_key_pair(pair)) {
    return damaged();
  }
  const Bytes own = pair.last(kPublicSize);
  if (!std::equal(own.begin(), own.end(), repeated.begin(), repeated.end()) ||
      !std::equal(own.begin(), own.end(), public_key.begin(), public_key.end())) {
    return damaged();
  }
  SshPrivateKey key{Secret::copy_of(pair.first(crypto_sign_SEEDBYTES)), {}};
  std::copy(own.begin(), own.end(), key.public_key.begin());
  return key;
}

Result<SshPrivateKey> parse_binary(Bytes bytes) {
  SshFields fields(bytes);
  if (!fields.skip(kMagic)) {
    return damaged();
  }
  const Bytes cipher = fields.string();
  const Bytes kdf = fields.string();
  const Bytes kdf_options = fields.string();
  const std::uint32_t count = fields.number();
  SshFields blob(fields.string());
  const Bytes private_part = fields.string();
  if (!fields.is_good() || !fields.rest().empty() || count != 1) {
    return damaged();
  }
  if (!is_text(cipher, "none")) {
    return fail(Errc::invalid_argument, "the SSH private key is protected with a passphrase",
                "open the file with age itself: age -d -i KEYFILE");
  }
  if (!is_text(kdf, "none") || !kdf_options.empty()) {
    return damaged();
  }
  if (!is_text(blob.string(), kSshEd25519Type)) {
    return other_kind();
  }
  const Bytes public_key = blob.string();
  return blob.is_good() && blob.rest().empty() ? parse_private_part(private_part, public_key)
                                               : damaged();
}

}  // namespace

bool is_ssh_private_key(std::string_view file) {
  return file.find(kBegin) != std::string_view::npos;
}

Result<SshPrivateKey> parse_ssh_private_key(std::string_view file) {
  if (file.size() > kLargestFile) {
    return damaged();
  }
  const auto base64 = base64_of(file);
  if (!base64) {
    return damaged();
  }
  std::optional<std::size_t> size;
  const Secret bytes = Secret::make(base64->size(), [&](MutableBytes out) {
    size = decode_base64(base64->reveal_text(), Padding::full, out);
  });
  return size ? parse_binary(bytes.reveal().first(*size)) : damaged();
}

}  // namespace stagepass::age
