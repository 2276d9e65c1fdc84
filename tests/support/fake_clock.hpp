#pragma once

#include <stagepass/core/clock.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace stagepass::tests {

/// A machine's clocks, standing still until a test moves them. Waiters wake when it does.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = Timestamp(std::chrono::seconds(1'900'000'000)))
      : wall_(start) {}

  [[nodiscard]] Timestamp now() const override {
    const std::lock_guard lock(mutex_);
    return wall_;
  }

  [[nodiscard]] ClockReading read() const override {
    const std::lock_guard lock(mutex_);
    return {wall_, "boot " + std::to_string(boots_), since_boot_};
  }

  Wake wait_until(Timestamp deadline, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    const Ttl latest = since_boot_ + (deadline - wall_);
    const auto entry = waiting_.insert(deadline);
    someone_waits_.notify_all();
    const auto is_over = [&] { return wall_ >= deadline || since_boot_ >= latest; };
    moved_.wait(lock, stop, is_over);
    waiting_.erase(entry);
    return is_over() ? Wake::deadline : Wake::stopped;
  }

  /// Time passes, by both clocks; the machine may sleep meanwhile.
  void advance(Ttl by) {
    const std::lock_guard lock(mutex_);
    wall_ += by;
    since_boot_ += by;
    moved_.notify_all();
  }

  void set(Timestamp to) { advance(to - now()); }

  /// Somebody sets the wall clock.
  void step(Ttl by) {
    const std::lock_guard lock(mutex_);
    wall_ += by;
    moved_.notify_all();
  }

  /// The machine is off for a while.
  void reboot(Ttl off) {
    const std::lock_guard lock(mutex_);
    wall_ += off;
    since_boot_ = Ttl::zero();
    ++boots_;
    moved_.notify_all();
  }

  /// Blocks until some thread waits on this clock, and says until when it waits.
  [[nodiscard]] Timestamp earliest_wakeup() {
    std::unique_lock lock(mutex_);
    someone_waits_.wait(lock, [&] { return !waiting_.empty(); });
    return *waiting_.begin();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any moved_;
  std::condition_variable someone_waits_;
  Timestamp wall_;
  Ttl since_boot_ = std::chrono::hours(1);
  int boots_ = 1;
  std::multiset<Timestamp> waiting_;
};

}  // namespace stagepass::tests
