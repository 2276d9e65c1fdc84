#include <stagepass/age/identity.hpp>
#include <stagepass/core/text.hpp>

#include <sodium.h>

#include <age/bech32.hpp>
#include <age/curve_stanza.hpp>
#include <age/kdf.hpp>
#include <age/ssh_private_key.hpp>
#include <algorithm>

namespace stagepass::age {
namespace {

constexpr std::string_view kPrefix = "age-secret-key-";
constexpr std::size_t kMostKeys = 100;
constexpr std::size_t kScalarSize = 32;

Failure refuse_file(
    std::string message,
    std::string hint = "give the file that age-keygen wrote, or an SSH private key") {
  return fail(Errc::invalid_argument, std::move(message), std::move(hint));
}

std::vector<std::uint8_t> blob_of(Bytes public_key) {
  std::vector<std::uint8_t> blob;
  for (const Bytes field : {bytes_of(kSshEd25519Type), public_key}) {
    blob.insert(blob.end(), {0, 0, 0, static_cast<std::uint8_t>(field.size())});
    blob.insert(blob.end(), field.begin(), field.end());
  }
  return blob;
}

}  // namespace

Result<Identity> read_age_key(std::string_view line) {
  if (line.starts_with("AGE-SECRET-KEY-PQ-1")) {
    return refuse_file("post-quantum keys cannot be used here yet");
  }
  if (line.starts_with("AGE-PLUGIN-")) {
    return refuse_file("keys for plugins of age cannot be used here");
  }
  bool is_good = false;
  // Lower case would be Bech32 too, but age itself reads only the other one.
  Secret scalar = Secret::make(kScalarSize, [&](MutableBytes out) {
    is_good = line.starts_with("AGE-") && decode_bech32(line, kPrefix, out);
  });
  if (!is_good) {
    return refuse_file("the file holds a line that is no secret key of age, or a damaged one");
  }
  CurveKey key{x25519_public(scalar), {}};
  return Identity(std::move(key), std::move(scalar));
}

Result<Identity> read_ssh_key(std::string_view file) {
  SP_ASSIGN(const SshPrivateKey ssh, parse_ssh_private_key(file));
  Secret scalar = Secret::make(kScalarSize, [&](MutableBytes out) {
    // Reads only the first half of a secret key, which is the seed.
    ::crypto_sign_ed25519_sk_to_curve25519(out.data(), ssh.seed.reveal().data());
  });
  CurveKey key{x25519_public(scalar), blob_of(ssh.public_key)};
  return Identity(std::move(key), std::move(scalar));
}

Result<Identity> Identity::of_passphrase(Secret passphrase) {
  if (passphrase.empty()) {
    return fail(Errc::invalid_argument, "the passphrase is empty");
  }
  return Identity(std::nullopt, std::move(passphrase));
}

std::optional<Recipient> Identity::recipient() const {
  return key_ ? std::optional(Recipient(*key_)) : std::nullopt;
}

Result<std::vector<Identity>> read_identities(const Secret& file) {
  std::string_view text = file.reveal_text();
  std::vector<Identity> identities;
  if (is_ssh_private_key(text)) {
    SP_ASSIGN(Identity identity, read_ssh_key(text));
    identities.push_back(std::move(identity));
    return identities;
  }
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    return refuse_file("this form of private key cannot be read",
                       "OpenSSH rewrites it in its own: ssh-keygen -p -f COPY_OF_THE_FILE");
  }
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    if (identities.size() == kMostKeys) {
      return refuse_file("the file holds more than a hundred keys", "give only the one you need");
    }
    SP_ASSIGN(Identity identity, read_age_key(line));
    identities.push_back(std::move(identity));
  }
  if (identities.empty()) {
    return refuse_file("the file holds no key");
  }
  return identities;
}

Secret generate_identity(Random& random) {
  const Secret scalar = Secret::make(kScalarSize, [&](MutableBytes out) { random.fill(out); });
  const std::size_t size = bech32_size(kPrefix.size(), kScalarSize);
  return Secret::make(size + 1, [&](MutableBytes out) {
    const std::span<char> text(reinterpret_cast<char*>(out.data()), size);
    encode_bech32(kPrefix, scalar.reveal(), text);
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    out.back() = '\n';
  });
}

}  // namespace stagepass::age
