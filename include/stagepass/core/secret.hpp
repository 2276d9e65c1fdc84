#pragma once

#include <fmt/core.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace stagepass {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// Bytes that must not leak: a password, a key, a passphrase.
///
/// Guarantees: lives in one sodium_malloc block (guard pages, locked, left out of core dumps,
/// zeroed when freed), read-only once filled; cannot be copied, printed, formatted or compared in
/// variable time.
/// Threads: const after construction, so shared reading is safe.
/// Units: bytes. A live Secret costs four memory maps and a page: keep few, keep them briefly.
/// Failure: std::bad_alloc when protected memory cannot be had; never falls back to plain memory.
/// Secrets: `reveal()` is the only way to the bytes: `git grep 'reveal()'` lists every use.
/// Based on: tink's RestrictedData and libsodium's memory page.
class Secret final {
 public:
  /// A secret of `size` bytes, written by `fill` before it becomes read-only.
  template <std::invocable<MutableBytes> Fill>
  [[nodiscard]] static Secret make(std::size_t size, Fill&& fill) {
    Secret secret(size);
    std::forward<Fill>(fill)(MutableBytes(secret.data_, secret.size_));
    secret.seal();
    return secret;
  }

  /// Copies bytes that already lie in memory the caller wipes (a stack buffer, a parsed field).
  [[nodiscard]] static Secret copy_of(Bytes bytes);
  [[nodiscard]] static Secret copy_of(std::string_view text);

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  [[nodiscard]] Bytes reveal() const& noexcept { return {data_, size_}; }
  Bytes reveal() const&& = delete;  // no view into a temporary

  /// The bytes as text, for interfaces that want characters. Same audit word, same lifetime.
  [[nodiscard]] std::string_view reveal_text() const& noexcept;
  std::string_view reveal_text() const&& = delete;

  [[nodiscard]] Secret clone() const;

  /// Constant time for equal sizes.
  friend bool operator==(const Secret& a, const Secret& b) noexcept;
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;
  friend std::string to_string(const Secret&) = delete;

 private:
  explicit Secret(std::size_t size);
  void seal();
  void destroy() noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Overwrites `bytes` in a way the compiler keeps. For buffers that cannot be a Secret.
void wipe(MutableBytes bytes) noexcept;

/// Initializes libsodium once; call first in main and in tests. Aborts if the system has no
/// randomness.
void initialize_crypto();

}  // namespace stagepass

template <>
struct fmt::formatter<stagepass::Secret> {
  formatter() = delete;
};
