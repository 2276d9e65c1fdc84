#pragma once

#include <stagepass/core/clock.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>

namespace stagepass::tests {

/// A clock that stands still until a test moves it. Waiters wake when it does.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = Timestamp(std::chrono::seconds(1'900'000'000)))
      : now_(start) {}

  [[nodiscard]] Timestamp now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  Wake wait_until(Timestamp deadline, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    const auto entry = waiting_.insert(deadline);
    someone_waits_.notify_all();
    moved_.wait(lock, stop, [&] { return now_ >= deadline; });
    waiting_.erase(entry);
    return now_ >= deadline ? Wake::deadline : Wake::stopped;
  }

  void advance(Ttl by) { set(now() + by); }

  void set(Timestamp to) {
    const std::lock_guard lock(mutex_);
    now_ = to;
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
  Timestamp now_;
  std::multiset<Timestamp> waiting_;
};

}  // namespace stagepass::tests
