// libsodium's guarded memory, replaced by plain memory in the programs of the simulation, of tampering and of
// fuzzing alone: its requests to the kernel are most of what a case costs, and no secret there is one. What they are for
// is proven on the real program (prove_leaks, prove_memory).
#include <sodium.h>

#include <cstdlib>
#include <malloc.h>

extern "C" {

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): this is an allocator

void* sodium_malloc(const std::size_t size) {
  return std::malloc(size == 0 ? 1 : size);
}

void sodium_free(void* block) {
  if (block != nullptr) {
    ::sodium_memzero(block, ::malloc_usable_size(block));
    std::free(block);
  }
}

// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

int sodium_mprotect_readonly(void* /*block*/) {
  return 0;
}

int sodium_mprotect_readwrite(void* /*block*/) {
  return 0;
}
}
