#include <stagepass/core/secret.hpp>

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

namespace stagepass {

Secret::Secret(std::size_t size)
    : data_(static_cast<std::uint8_t*>(::sodium_malloc(size))), size_(size) {
  if (data_ == nullptr) {
    throw std::bad_alloc();
  }
}

// sodium_malloc hands out unguarded memory when the kernel has no maps left; only mprotect tells.
void Secret::seal() {
  if (::sodium_mprotect_readonly(data_) != 0) {
    wipe({data_, size_});
    destroy();
    throw std::bad_alloc();
  }
}

// sodium_free wipes the memory, and wiping what the kernel did not make writable would kill us: then
// it stays sealed until the process ends.
void Secret::destroy() noexcept {
  if (data_ == nullptr || ::sodium_mprotect_readwrite(data_) == 0) {
    ::sodium_free(data_);
  }
  data_ = nullptr;
  size_ = 0;
}

Secret Secret::copy_of(Bytes bytes) {
  return make(bytes.size(),
              [&](MutableBytes out) { std::copy(bytes.begin(), bytes.end(), out.begin()); });
}

Secret Secret::copy_of(std::string_view text) {
  return copy_of(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    destroy();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() {
  destroy();
}

std::string_view Secret::reveal_text() const& noexcept {
  return {reinterpret_cast<const char*>(data_), size_};
}

Secret Secret::clone() const {
  return copy_of(Bytes(data_, size_));
}

bool operator==(const Secret& a, const Secret& b) noexcept {
  return a.size_ == b.size_ && ::sodium_memcmp(a.data_, b.data_, a.size_) == 0;
}

void wipe(MutableBytes bytes) noexcept {
  ::sodium_memzero(bytes.data(), bytes.size());
}

void initialize_crypto() {
  if (::sodium_init() < 0) {
    std::abort();
  }
}

}  // namespace stagepass
