#include <stagepass/age/ssh_signature.hpp>
#include <stagepass/core/base64.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <age/curve_stanza.hpp>
#include <age/ssh_fields.hpp>
#include <age/ssh_private_key.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace stagepass::age {
namespace {

constexpr std::string_view kMagic = "SSHSIG";
constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kSha512 = "sha512";
constexpr std::string_view kSha256 = "sha256";  // what `ssh-keygen -O hashalg=sha256` makes
constexpr std::size_t kLineLength = 70;
constexpr std::size_t kLongestSignature = 2048;  // of an Ed25519 key it has about 300

using Blob = std::vector<std::uint8_t>;

void add(Blob& blob, Bytes bytes) {
  blob.insert(blob.end(), bytes.begin(), bytes.end());
}

void add_number(Blob& blob, std::uint32_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    blob.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

void add_string(Blob& blob, Bytes bytes) {
  add_number(blob, static_cast<std::uint32_t>(bytes.size()));
  add(blob, bytes);
}

/// Two strings: a type and what is of it.
Blob typed(Bytes content) {
  Blob blob;
  add_string(blob, bytes_of(kSshEd25519Type));
  add_string(blob, content);
  return blob;
}

Blob hash_of(std::string_view message, std::string_view algorithm) {
  const Bytes bytes = bytes_of(message);
  Blob hash(algorithm == kSha512 ? crypto_hash_sha512_BYTES : crypto_hash_sha256_BYTES);
  if (algorithm == kSha512) {
    ::crypto_hash_sha512(hash.data(), bytes.data(), bytes.size());
  } else {
    ::crypto_hash_sha256(hash.data(), bytes.data(), bytes.size());
  }
  return hash;
}

/// What is signed in place of the message.
Blob signed_blob(std::string_view space, std::string_view algorithm, std::string_view message) {
  Blob blob;
  add(blob, bytes_of(kMagic));
  add_string(blob, bytes_of(space));
  add_string(blob, {});  // reserved
  add_string(blob, bytes_of(algorithm));
  add_string(blob, hash_of(message, algorithm));
  return blob;
}

Blob envelope_of(Bytes public_key, std::string_view space, Bytes signature) {
  Blob blob;
  add(blob, bytes_of(kMagic));
  add_number(blob, kVersion);
  add_string(blob, typed(public_key));
  add_string(blob, bytes_of(space));
  add_string(blob, {});  // reserved
  add_string(blob, bytes_of(kSha512));
  add_string(blob, typed(signature));
  return blob;
}

std::string armored(Bytes envelope) {
  std::string text = fmt::format("{}\n", kSshSignatureBegin);
  const std::string base64 = to_base64(envelope);
  for (std::size_t at = 0; at < base64.size(); at += kLineLength) {
    text += base64.substr(at, kLineLength) + "\n";
  }
  return text + fmt::format("{}\n", kSshSignatureEnd);
}

Failure damaged() {
  return fail(Errc::invalid_argument, "the signature is damaged or cut off",
              "take all of it, from its BEGIN line to its END line");
}

std::optional<Blob> envelope_in(std::string_view text) {
  const std::size_t begin = text.find(kSshSignatureBegin);
  const std::size_t end = text.find(kSshSignatureEnd);
  if (text.size() > kLongestSignature || begin == std::string_view::npos ||
      end == std::string_view::npos || end < begin) {
    return std::nullopt;
  }
  std::string base64(
      text.substr(begin + kSshSignatureBegin.size(), end - begin - kSshSignatureBegin.size()));
  std::erase_if(base64, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  return from_base64(base64);
}

/// The content of two strings of which the first is the type; nothing for another type.
std::optional<Bytes> content_of(Bytes blob, std::size_t size) {
  SshFields fields(blob);
  const bool is_ours = is_text(fields.string(), kSshEd25519Type);
  const Bytes content = fields.string();
  return is_ours && fields.is_good() && fields.rest().empty() && content.size() == size
             ? std::optional(content)
             : std::nullopt;
}

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<SshPublicKey> check_envelope(Bytes envelope, std::string_view space,
                                    std::string_view message) {
  SshFields fields(envelope);
  if (!fields.skip(kMagic) || fields.number() != kVersion) {
    return damaged();
  }
  const Bytes key_blob = fields.string();
  const Bytes found_space = fields.string();
  const Bytes reserved = fields.string();
  const std::string_view algorithm = as_text(fields.string());
  const Bytes signature_blob = fields.string();
  if (!fields.is_good() || !fields.rest().empty() || !reserved.empty() ||
      (algorithm != kSha512 && algorithm != kSha256)) {
    return damaged();
  }
  const auto key = content_of(key_blob, crypto_sign_PUBLICKEYBYTES);
  const auto signature = content_of(signature_blob, crypto_sign_BYTES);
  if (!key || !signature) {
    return fail(Errc::invalid_argument, "the signature is of a key that is not ssh-ed25519",
                "sign with the key of ssh-keygen -t ed25519");
  }
  const Blob is_signed = signed_blob(space, algorithm, message);
  if (!is_text(found_space, space) ||
      ::crypto_sign_verify_detached(signature->data(), is_signed.data(), is_signed.size(),
                                    key->data()) != 0) {
    return fail(Errc::invalid_argument,
                "the signature is not of this text: one of them was edited, or it was signed for "
                "something else");
  }
  return SshPublicKey::parse(fmt::format("{} {}", kSshEd25519Type, to_base64(key_blob)));
}

}  // namespace

Result<SshSigned> sign_ssh(const Secret& key_file, std::string_view space,
                           std::string_view message) {
  SP_ASSIGN(const SshPrivateKey key, parse_ssh_private_key(key_file.reveal_text()));
  const Secret pair = Secret::make(crypto_sign_SECRETKEYBYTES, [&](MutableBytes out) {
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> ignored{};
    ::crypto_sign_seed_keypair(ignored.data(), out.data(), key.seed.reveal().data());
  });
  const Blob to_sign = signed_blob(space, kSha512, message);
  std::array<std::uint8_t, crypto_sign_BYTES> signature{};
  ::crypto_sign_detached(signature.data(), nullptr, to_sign.data(), to_sign.size(),
                         pair.reveal().data());
  SP_ASSIGN(
      SshPublicKey public_key,
      SshPublicKey::parse(fmt::format("{} {}", kSshEd25519Type, to_base64(typed(key.public_key)))));
  return SshSigned{armored(envelope_of(key.public_key, space, signature)), std::move(public_key)};
}

Result<SshPublicKey> signer_of(std::string_view signature, std::string_view space,
                               std::string_view message) {
  const auto envelope = envelope_in(signature);
  return envelope ? check_envelope(*envelope, space, message) : damaged();
}

}  // namespace stagepass::age
