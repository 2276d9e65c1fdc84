#include <stagepass/system/system_clock.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace stagepass::system {
namespace {

using RealTime = std::chrono::system_clock;

// A wait is measured on a clock that neither steps nor runs while the machine sleeps; looking at
// the real time this often bounds how late we notice either.
constexpr std::chrono::seconds kLongestSlice{2};

RealTime::duration next_slice(Timestamp deadline) {
  const RealTime::time_point now = RealTime::now();
  if (deadline - std::chrono::floor<std::chrono::seconds>(now) > kLongestSlice) {
    return kLongestSlice;
  }
  return deadline - now;
}

}  // namespace

Timestamp SystemClock::now() const {
  return std::chrono::floor<std::chrono::seconds>(RealTime::now());
}

Wake SystemClock::wait_until(Timestamp deadline, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  while (now() < deadline) {
    if (stop.stop_requested()) {
      return Wake::stopped;
    }
    never_notified.wait_for(lock, stop, next_slice(deadline), [] { return false; });
  }
  return Wake::deadline;
}

}  // namespace stagepass::system
