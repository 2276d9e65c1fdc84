#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::proof {

/// Runs numbered cases in several threads, tells on stderr how far it is, and remembers what broke.
class Cases final {
 public:
  Cases(std::uint64_t count, unsigned jobs, std::optional<std::uint64_t> only)
      : count_(count), jobs_(jobs), only_(only) {}

  /// What a case says is broken, a line each; an exception means that it could not be set up.
  using Run = std::function<std::vector<std::string>(std::uint64_t)>;

  /// `replay`: the command line that plays a case again, without its number.
  void run(const Run& run, const std::string& replay);

  [[nodiscard]] std::uint64_t done() const { return done_; }
  [[nodiscard]] std::uint64_t broken() const { return broken_; }
  [[nodiscard]] double seconds() const;
  /// 0 if nothing broke, 1 if something did, 2 if a case could not be set up.
  [[nodiscard]] int exit_status() const;

 private:
  using RealTime = std::chrono::steady_clock;

  void work(const Run& run, const std::string& replay);
  void note(std::uint64_t number, const std::vector<std::string>& broken,
            const std::string& replay);

  std::uint64_t count_;
  unsigned jobs_;
  std::optional<std::uint64_t> only_;
  std::atomic<std::uint64_t> next_ = 0;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
  std::uint64_t broken_ = 0;
  std::uint64_t failed_ = 0;
  RealTime::time_point begin_ = RealTime::now();
  RealTime::time_point told_ = begin_;
};

}  // namespace stagepass::proof
