#pragma once

#include <stagepass/core/secret.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace stagepass::handoff {

/// Memory that is wiped before it is given back.
template <class T>
class WipingAllocator {
 public:
  using value_type = T;

  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>& /*other*/) noexcept {
  }  // NOLINT(google-explicit-constructor): as all do

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* block, std::size_t count) noexcept {
    wipe({reinterpret_cast<std::uint8_t*>(block), count * sizeof(T)});
    std::allocator<T>().deallocate(block, count);
  }

  friend bool operator==(const WipingAllocator&, const WipingAllocator&) = default;
};

using WipedString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

/// JSON of which nothing is left in memory: texts lie in wiped blocks, and so do the values that hold them. Members
/// stay in the order in which they stand.
using WipedJson = nlohmann::basic_json<nlohmann::ordered_map, std::vector, WipedString, bool,
                                       std::int64_t, std::uint64_t, double, WipingAllocator>;

}  // namespace stagepass::handoff
