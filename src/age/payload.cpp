#include <sodium.h>

#include <age/payload.hpp>
#include <algorithm>
#include <array>

namespace stagepass::age {
namespace {

constexpr std::size_t kSealedChunkSize = kChunkSize + kTagSize;

enum class Place { within, last };

using ChunkNonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

/// Eleven bytes count the chunks, the twelfth marks the last one.
ChunkNonce nonce_of(std::uint64_t number, Place place) {
  ChunkNonce nonce{};
  for (std::size_t i = nonce.size() - 1; i-- > 3; number >>= 8U) {
    nonce.at(i) = static_cast<std::uint8_t>(number & 0xffU);
  }
  nonce.back() = place == Place::last ? 1 : 0;
  return nonce;
}

Secret payload_key(const Secret& file_key, Bytes nonce) {
  return hkdf(file_key.reveal(), nonce, "payload");
}

bool open_chunk(const Secret& key, Bytes sealed, const ChunkNonce& nonce, MutableBytes out) {
  return ::crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(),
                                                     sealed.size(), nullptr, 0, nonce.data(),
                                                     key.reveal().data()) == 0;
}

}  // namespace

std::vector<std::uint8_t> seal_payload(const Secret& file_key, const Secret& content,
                                       Random& random) {
  std::vector<std::uint8_t> payload(kPayloadNonceSize);
  random.fill(payload);
  const Secret key = payload_key(file_key, payload);
  const std::size_t chunks =
      std::max<std::size_t>(1, (content.size() + kChunkSize - 1) / kChunkSize);
  payload.resize(kPayloadNonceSize + content.size() + chunks * kTagSize);
  for (std::size_t number = 0; number < chunks; ++number) {
    const std::size_t start = number * kChunkSize;
    const Bytes chunk =
        content.reveal().subspan(start, std::min(kChunkSize, content.size() - start));
    const auto nonce = nonce_of(number, number + 1 == chunks ? Place::last : Place::within);
    ::crypto_aead_chacha20poly1305_ietf_encrypt(
        payload.data() + kPayloadNonceSize + number * kSealedChunkSize, nullptr, chunk.data(),
        chunk.size(), nullptr, 0, nullptr, nonce.data(), key.reveal().data());
  }
  return payload;
}

std::size_t content_size(std::size_t payload_size) {
  const std::size_t sealed = payload_size - std::min(payload_size, kPayloadNonceSize);
  const std::size_t rest = sealed % kSealedChunkSize;
  return sealed / kSealedChunkSize * kChunkSize + rest - std::min(rest, kTagSize);
}

OpenedPayload open_payload(const Secret& file_key, Bytes payload, MutableBytes out) {
  const Secret key = payload_key(file_key, payload.first(kPayloadNonceSize));
  Bytes rest = payload.subspan(kPayloadNonceSize);
  OpenedPayload opened;
  for (std::uint64_t number = 0; rest.size() >= kTagSize; ++number) {
    const Bytes chunk = rest.first(std::min(kSealedChunkSize, rest.size()));
    const std::size_t size = chunk.size() - kTagSize;
    if (size == 0 && number > 0) {
      return opened;  // only an empty content has an empty chunk
    }
    const MutableBytes place = out.subspan(opened.released, size);
    const bool is_full = size == kChunkSize;
    const bool is_within =
        is_full && open_chunk(key, chunk, nonce_of(number, Place::within), place);
    if (!is_within && !open_chunk(key, chunk, nonce_of(number, Place::last), place)) {
      return opened;
    }
    opened.released += size;
    rest = rest.subspan(chunk.size());
    if (!is_within) {
      opened.is_whole = rest.empty();
      return opened;
    }
  }
  return opened;
}

}  // namespace stagepass::age
