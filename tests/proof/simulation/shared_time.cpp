#include "simulation/shared_time.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

namespace stagepass::proof {
namespace {

/// A thread that sleeps, and how often it had gone to sleep by then; nothing for one that works.
std::optional<std::string> sleep_of(const std::string& thread) {
  std::ifstream status("/proc/self/task/" + thread + "/status");
  bool sleeps = false;
  std::string times;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("State:")) {
      sleeps = line.find("S (sleeping)") != std::string::npos;
    } else if (line.starts_with("voluntary_ctxt_switches:")) {
      times = line;
    }
  }
  return sleeps ? std::optional(times) : std::nullopt;
}

/// One look at all threads but these; nothing if any of them works.
std::optional<std::vector<std::string>> sleeps_beside(const std::set<std::string>& known) {
  std::vector<std::string> sleeps;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    const std::string thread = task.path().filename().string();
    if (known.contains(thread)) {
      continue;
    }
    auto sleep = sleep_of(thread);
    if (!sleep) {
      return std::nullopt;
    }
    sleeps.push_back(thread + *sleep);
  }
  std::sort(sleeps.begin(), sleeps.end());
  return sleeps;
}

/// Two equal looks: nobody has woken and gone to sleep again in between.
bool everybody_waits_beside(const std::set<std::string>& known) {
  const auto first = sleeps_beside(known);
  return first && (first->empty() || first == sleeps_beside(known));
}

}  // namespace

/// Looks without the lock, or somebody who waits for it would be taken for one who sleeps.
bool SharedTime::everybody_waits(std::unique_lock<std::mutex>& lock) const {
  if (sleepers_.begin()->first <= passed_) {
    return false;  // his time has come, and he is about to wake up
  }
  std::set<std::string> known;
  for (const auto& [wake, thread] : sleepers_) {
    known.insert(std::to_string(thread));
  }
  const std::uint64_t before = arrivals_;
  lock.unlock();
  const bool waits = everybody_waits_beside(known);
  lock.lock();
  return waits && arrivals_ == before;
}

void SharedTime::sleep(Elapsed time) {
  // Real time, for threads that begin to wait for something else than the clock.
  constexpr std::chrono::microseconds kGlance(200);
  std::unique_lock lock(mutex_);
  const Elapsed wake = passed_ + time;
  const auto mine = sleepers_.emplace(wake, ::gettid());
  ++arrivals_;
  while (passed_ < wake) {
    if (mine == sleepers_.begin() && everybody_waits(lock)) {
      passed_ = wake;
      moved_.notify_all();
    } else {
      moved_.wait_for(lock, kGlance);
    }
  }
  sleepers_.erase(mine);
  ++arrivals_;
}

Elapsed SharedTime::passed() const {
  const std::lock_guard lock(mutex_);
  return passed_;
}

ClockReading SharedTime::read() const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(passed());
  return {.wall = start_ + seconds, .boot_id = "boot", .since_boot = seconds};
}

Wake SharedTime::wait_until(Timestamp deadline, std::stop_token stop) {
  if (!stop.stop_requested()) {
    sleep(std::max<Elapsed>(deadline - now(), Elapsed(1)));
  }
  return stop.stop_requested() ? Wake::stopped : Wake::deadline;
}

}  // namespace stagepass::proof
