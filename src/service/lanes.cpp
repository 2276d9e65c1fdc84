#include "service/lanes.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace stagepass::service {

void run_in_lanes(std::vector<std::function<void()>> lanes, std::size_t at_most) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t mine = next++; mine < lanes.size(); mine = next++) {
      lanes[mine]();
    }
  };
  std::vector<std::jthread> helpers;
  const std::size_t threads = std::min(at_most, lanes.size());
  for (std::size_t i = 1; i < threads; ++i) {
    helpers.emplace_back(work);
  }
  work();
}

}  // namespace stagepass::service
