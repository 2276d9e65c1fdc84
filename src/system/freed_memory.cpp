#include <stagepass/core/secret.hpp>
#include <stagepass/system/freed_memory.hpp>

#include <array>
#include <atomic>
#include <cstdlib>
#include <malloc.h>

namespace stagepass::system {
namespace {

constexpr int kPattern = 0x5A;
constexpr std::size_t kKeptOfEachSize = 8;  // glibc keeps 7
constexpr std::size_t kLargestKept = 1040;
constexpr std::size_t kStep = 16;

std::atomic<int>& users() {
  static std::atomic<int> count{0};
  return count;
}

void wipe_kept(std::size_t size) {
  std::array<void*, kKeptOfEachSize> blocks{};
  for (void*& block : blocks) {
    block = std::malloc(size);  // NOLINT(cppcoreguidelines-no-malloc): it is malloc's own memory
    if (block != nullptr) {
      wipe(MutableBytes(static_cast<std::uint8_t*>(block), ::malloc_usable_size(block)));
    }
  }
  for (void* block : blocks) {
    std::free(block);  // NOLINT(cppcoreguidelines-no-malloc)
  }
}

}  // namespace

FreedMemoryIsWiped::FreedMemoryIsWiped() {
  if (users().fetch_add(1) == 0) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): takes the lock of the heap, and we count our own
    ::mallopt(M_PERTURB, kPattern);
  }
}

FreedMemoryIsWiped::~FreedMemoryIsWiped() {
  for (std::size_t size = 8; size <= kLargestKept; size += kStep) {
    wipe_kept(size);
  }
  if (users().fetch_sub(1) == 1) {
    ::mallopt(M_PERTURB, 0);  // NOLINT(concurrency-mt-unsafe): the same
  }
}

}  // namespace stagepass::system
