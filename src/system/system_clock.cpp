#include <stagepass/system/system_clock.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <fstream>
#include <mutex>
#include <string>
#include <unistd.h>

namespace stagepass::system {
namespace {

using RealTime = std::chrono::system_clock;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// The condition variable measures on a clock that neither steps nor runs while the machine sleeps;
// looking at the other two this often bounds how late we notice either.
constexpr seconds kLongestSlice{2};

nanoseconds since_boot() {
  std::timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

/// What is left to wait, in whole seconds of the wall clock and then the rest of the last one.
nanoseconds left_until(Timestamp deadline) {
  const RealTime::time_point now = RealTime::now();
  const seconds whole = deadline - std::chrono::floor<seconds>(now);
  return whole > kLongestSlice ? nanoseconds(kLongestSlice) : nanoseconds(deadline - now);
}

}  // namespace

SystemClock::SystemClock() {
  if (!(std::ifstream("/proc/sys/kernel/random/boot_id") >> boot_id_)) {
    // Then at least this process can tell how much time has passed.
    boot_id_ =
        "process " + std::to_string(::getpid()) + " at " + std::to_string(since_boot().count());
  }
}

Timestamp SystemClock::now() const {
  return std::chrono::floor<seconds>(RealTime::now());
}

ClockReading SystemClock::read() const {
  return {
      .wall = now(), .boot_id = boot_id_, .since_boot = std::chrono::floor<seconds>(since_boot())};
}

Wake SystemClock::wait_until(Timestamp deadline, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  constexpr seconds kLongestWait = std::chrono::years(100);
  const nanoseconds latest = since_boot() + std::min(deadline - now(), kLongestWait);
  while (now() < deadline && since_boot() < latest) {
    if (stop.stop_requested()) {
      return Wake::stopped;
    }
    const nanoseconds slice = std::min(left_until(deadline), latest - since_boot());
    never_notified.wait_for(lock, stop, slice, [] { return false; });
  }
  return Wake::deadline;
}

}  // namespace stagepass::system
