#include <sodium.h>

#include <algorithm>
#include <vault/bytes.hpp>
#include <vault/sealed_box.hpp>

namespace stagepass::vault {

namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kCommitmentSize = sizeof(Digest);
static_assert(kBoxOverhead == kNonceSize + kTagSize + kCommitmentSize);

Secret encryption_key(const Secret& key) {
  return derive_key(key, {bytes_of("stagepass/v1/encryption-key")});
}

// ChaCha20-Poly1305 alone commits to no key: one ciphertext can be made that opens under two.
Digest commitment(const Secret& key, Bytes nonce, Bytes context, Bytes ciphertext) {
  return keyed_hash(key, {bytes_of("stagepass/v1/commitment"), nonce, context, ciphertext});
}

}  // namespace

std::vector<std::uint8_t> seal_box(const Secret& key, const Secret& content, Bytes context,
                                   Random& random) {
  std::vector<std::uint8_t> box(content.size() + kBoxOverhead);
  const MutableBytes nonce = MutableBytes(box).first(kNonceSize);
  const MutableBytes ciphertext = MutableBytes(box).subspan(kNonceSize, content.size() + kTagSize);
  random.fill(nonce);

  const Secret encryption = encryption_key(key);
  ::crypto_aead_xchacha20poly1305_ietf_encrypt(ciphertext.data(), nullptr, content.reveal().data(),
                                               content.size(), context.data(), context.size(),
                                               nullptr, nonce.data(), encryption.reveal().data());

  const Digest digest = commitment(key, nonce, context, ciphertext);
  std::copy(digest.begin(), digest.end(), box.end() - kCommitmentSize);
  return box;
}

std::optional<Secret> open_box(const Secret& key, Bytes box, Bytes context) {
  if (box.size() < kBoxOverhead) {
    return std::nullopt;
  }
  const Bytes nonce = box.first(kNonceSize);
  const Bytes ciphertext = box.subspan(kNonceSize, box.size() - kNonceSize - kCommitmentSize);
  if (!are_equal(commitment(key, nonce, context, ciphertext), box.last(kCommitmentSize))) {
    return std::nullopt;
  }

  const Secret encryption = encryption_key(key);
  bool is_authentic = false;
  Secret content = Secret::make(ciphertext.size() - kTagSize, [&](MutableBytes out) {
    is_authentic =
        ::crypto_aead_xchacha20poly1305_ietf_decrypt(
            out.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(), context.data(),
            context.size(), nonce.data(), encryption.reveal().data()) == 0;
  });
  if (!is_authentic) {
    return std::nullopt;
  }
  return content;
}

}  // namespace stagepass::vault
