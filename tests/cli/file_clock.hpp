#pragma once

#include <stagepass/core/clock.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

namespace stagepass::tests {

/// Clocks that stand in a file: a test moves the time of other processes by writing it. The first
/// line is the wall clock, as RFC 3339. A second line "BOOT SECONDS" is the time since boot; without
/// it nothing is known of that, as after a reboot.
class FileClock final : public Clock {
 public:
  explicit FileClock(std::filesystem::path file) : file_(std::move(file)) {}

  [[nodiscard]] Timestamp now() const override { return read().wall; }

  [[nodiscard]] ClockReading read() const override {
    // A shell that writes the file makes it empty first.
    constexpr int kPatience = 100'000;
    for (int attempt = 0; attempt < kPatience; ++attempt) {
      if (const auto reading = try_read()) {
        return *reading;
      }
    }
    throw std::runtime_error("the test clock holds no time");
  }

  Wake wait_until(Timestamp deadline, std::stop_token stop) override {
    constexpr std::chrono::milliseconds kGlance(20);
    std::unique_lock lock(mutex_);
    const ClockReading begin = read();
    const auto is_over = [&] {
      const ClockReading reading = read();
      return reading.wall >= deadline ||
             reading.since_boot - begin.since_boot >= deadline - begin.wall;
    };
    while (!stop.stop_requested() && !is_over()) {
      changed_.wait_for(lock, stop, kGlance, [] { return false; });
    }
    return is_over() ? Wake::deadline : Wake::stopped;
  }

 private:
  [[nodiscard]] std::optional<ClockReading> try_read() const {
    std::ifstream in(file_);
    std::string text;
    std::getline(in, text);
    const auto time = parse_rfc3339(text);
    if (!time) {
      return std::nullopt;
    }
    ClockReading reading{.wall = *time};
    std::int64_t seconds = 0;
    if (in >> reading.boot_id >> seconds) {
      reading.since_boot = Ttl(seconds);
    }
    return reading;
  }

  std::filesystem::path file_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
};

}  // namespace stagepass::tests
