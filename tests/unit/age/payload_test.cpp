#include <age/payload.hpp>
#include <algorithm>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::age {
namespace {

using Payload = std::vector<std::uint8_t>;

constexpr std::size_t kSealedChunk = kChunkSize + kTagSize;

Secret content_of(std::size_t size) {
  return Secret::make(size, [](MutableBytes out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(i * 31 + i / 256);
    }
  });
}

Secret file_key() {
  return Secret::copy_of(std::string(kFileKeySize, 'k'));
}

Payload sealed(std::size_t size) {
  tests::SeededRandom random;
  return seal_payload(file_key(), content_of(size), random);
}

/// The content that comes out whole, or nothing.
std::optional<Payload> opened(const Payload& payload) {
  Payload out(content_size(payload.size()));
  const OpenedPayload result = open_payload(file_key(), payload, out);
  return result.is_whole && result.released == out.size() ? std::optional(std::move(out))
                                                          : std::nullopt;
}

Payload chunk_of(const Payload& payload, std::size_t number) {
  const auto begin =
      payload.begin() + static_cast<std::ptrdiff_t>(kPayloadNonceSize + number * kSealedChunk);
  const auto left = static_cast<std::size_t>(payload.end() - begin);
  return {begin, begin + static_cast<std::ptrdiff_t>(std::min(left, kSealedChunk))};
}

/// The nonce of a payload and these of its chunks.
Payload with_chunks(const Payload& payload, std::initializer_list<std::size_t> numbers) {
  Payload made(payload.begin(), payload.begin() + kPayloadNonceSize);
  for (const std::size_t number : numbers) {
    const Payload chunk = chunk_of(payload, number);
    made.insert(made.end(), chunk.begin(), chunk.end());
  }
  return made;
}

}  // namespace

TEST_CASE("STREAM: contents around the size of a chunk come out as they went in") {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{300}, kChunkSize - 1, kChunkSize,
        kChunkSize + 1, 2 * kChunkSize, 2 * kChunkSize + 1, 3 * kChunkSize - 1}) {
    INFO(size);
    const Payload payload = sealed(size);
    const std::size_t chunks = size == 0 ? 1 : (size + kChunkSize - 1) / kChunkSize;
    CHECK(payload.size() == kPayloadNonceSize + size + chunks * kTagSize);
    CHECK(content_size(payload.size()) == size);
    const auto content = opened(payload);
    REQUIRE(content);
    const Secret expected = content_of(size);
    CHECK(std::equal(content->begin(), content->end(), expected.reveal().begin(),
                     expected.reveal().end()));
  }
}

TEST_CASE("STREAM: every part of a small payload is refused") {
  const Payload payload = sealed(40);
  for (std::size_t size = kPayloadNonceSize; size < payload.size(); ++size) {
    CHECK_FALSE(opened({payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size)}));
  }
}

TEST_CASE("STREAM: a payload cut at or beside the end of a chunk is refused") {
  const Payload payload = sealed(2 * kChunkSize + 100);
  for (std::size_t chunks = 0; chunks <= 2; ++chunks) {
    for (const int off : {-1, 0, 1, 15, 16, 17}) {
      const auto size =
          static_cast<std::ptrdiff_t>(kPayloadNonceSize + chunks * kSealedChunk) + off;
      if (size >= static_cast<std::ptrdiff_t>(kPayloadNonceSize)) {
        CHECK_FALSE(opened({payload.begin(), payload.begin() + size}));
      }
    }
  }
}

TEST_CASE("STREAM: chunks that are swapped or left out or doubled are refused") {
  const Payload payload = sealed(3 * kChunkSize + 100);
  REQUIRE(opened(with_chunks(payload, {0, 1, 2, 3})));
  CHECK_FALSE(opened(with_chunks(payload, {1, 0, 2, 3})));
  CHECK_FALSE(opened(with_chunks(payload, {0, 2, 1, 3})));
  CHECK_FALSE(opened(with_chunks(payload, {0, 1, 3})));
  CHECK_FALSE(opened(with_chunks(payload, {1, 2, 3})));
  CHECK_FALSE(opened(with_chunks(payload, {3})));
  CHECK_FALSE(opened(with_chunks(payload, {0, 1, 1, 2, 3})));
  CHECK_FALSE(opened(with_chunks(payload, {0, 1, 2, 3, 3})));
  CHECK_FALSE(opened(with_chunks(payload, {0, 1, 2})));
}

TEST_CASE("STREAM: a whole content with anything behind it is refused") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, kChunkSize, kChunkSize + 1}) {
    for (const std::size_t more : {std::size_t{1}, kTagSize, kTagSize + 1, kSealedChunk}) {
      Payload payload = sealed(size);
      payload.resize(payload.size() + more);
      CHECK_FALSE(opened(payload));
    }
  }
}

TEST_CASE("STREAM: another nonce or another file key opens nothing") {
  Payload payload = sealed(10);
  REQUIRE(opened(payload));
  Payload out(10);
  const Secret other = Secret::copy_of(std::string(kFileKeySize, 'l'));
  CHECK_FALSE(open_payload(other, payload, out).is_whole);
  payload[0] ^= 1U;
  CHECK_FALSE(opened(payload));
}

TEST_CASE("STREAM: two payloads of the same content have nothing in common") {
  tests::SeededRandom random;
  const Payload first = seal_payload(file_key(), content_of(100), random);
  const Payload second = seal_payload(file_key(), content_of(100), random);
  CHECK_FALSE(std::equal(first.begin(), first.begin() + 16, second.begin()));
  CHECK_FALSE(std::equal(first.begin() + 16, first.end(), second.begin() + 16));
}

}  // namespace stagepass::age
