#pragma once

#include "simulation/dice.hpp"

#include <stagepass/core/clock.hpp>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <sys/types.h>

namespace stagepass::proof {

/// Virtual time for real threads: it stands still while any thread of this program works, and
/// jumps to the next wake-up once all of them sleep or wait for each other. So work that goes on in
/// parallel does not add up, and how fast this machine is makes no difference.
///
/// Based on: the kernel's word on its threads (/proc/self/task): nobody need say who takes part.
class SharedTime final : public Clock {
 public:
  explicit SharedTime(Timestamp start) : start_(start) {}

  void sleep(Elapsed time);

  [[nodiscard]] Elapsed passed() const;
  [[nodiscard]] Timestamp now() const override { return read().wall; }
  [[nodiscard]] ClockReading read() const override;
  Wake wait_until(Timestamp deadline, std::stop_token stop) override;

 private:
  [[nodiscard]] bool everybody_waits(std::unique_lock<std::mutex>& lock) const;

  Timestamp start_;
  mutable std::mutex mutex_;
  std::condition_variable moved_;
  std::multimap<Elapsed, pid_t> sleepers_;
  std::uint64_t arrivals_ = 0;  ///< and departures
  Elapsed passed_{};
};

}  // namespace stagepass::proof
