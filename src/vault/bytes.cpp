#include <sodium.h>

#include <vault/bytes.hpp>

namespace stagepass::vault {

namespace {

void append(std::vector<std::uint8_t>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void hash_fields(MutableBytes out, const Secret& key, std::initializer_list<Bytes> fields) {
  ::crypto_generichash_state state;
  ::crypto_generichash_init(&state, key.reveal().data(), key.size(), out.size());
  for (const Bytes field : fields) {
    const auto length = big_endian(field.size());
    ::crypto_generichash_update(&state, length.data(), length.size());
    ::crypto_generichash_update(&state, field.data(), field.size());
  }
  ::crypto_generichash_final(&state, out.data(), out.size());
  ::sodium_memzero(&state, sizeof state);
}

}  // namespace

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::array<std::uint8_t, 8> big_endian(std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; number >>= 8U) {
    bytes[i] = static_cast<std::uint8_t>(number & 0xffU);
  }
  return bytes;
}

std::uint64_t from_big_endian(Bytes eight_bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : eight_bytes) {
    number = number << 8U | byte;
  }
  return number;
}

std::vector<std::uint8_t> encode_fields(std::initializer_list<Bytes> fields) {
  std::vector<std::uint8_t> out;
  for (const Bytes field : fields) {
    append(out, big_endian(field.size()));
    append(out, field);
  }
  return out;
}

Digest keyed_hash(const Secret& key, std::initializer_list<Bytes> fields) {
  Digest digest{};
  hash_fields(digest, key, fields);
  return digest;
}

Secret derive_key(const Secret& key, std::initializer_list<Bytes> fields) {
  return Secret::make(sizeof(Digest), [&](MutableBytes out) { hash_fields(out, key, fields); });
}

bool are_equal(const Digest& a, Bytes b) {
  return a.size() == b.size() && ::sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace stagepass::vault
