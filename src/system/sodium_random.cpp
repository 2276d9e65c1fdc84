#include <stagepass/system/sodium_random.hpp>

#include <sodium.h>

namespace stagepass::system {

void SodiumRandom::fill(MutableBytes out) {
  ::randombytes_buf(out.data(), out.size());
}

}  // namespace stagepass::system
