#pragma once

#include <stagepass/core/clock.hpp>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>

namespace stagepass::tests {

/// A clock that stands in a file, as RFC 3339: a test moves the time of other processes by writing
/// it.
class FileClock final : public Clock {
 public:
  explicit FileClock(std::filesystem::path file) : file_(std::move(file)) {}

  [[nodiscard]] Timestamp now() const override {
    std::ifstream in(file_);
    std::string text;
    std::getline(in, text);
    const auto time = parse_rfc3339(text);
    if (!time) {
      throw std::runtime_error("the test clock holds no time");
    }
    return *time;
  }

  Wake wait_until(Timestamp deadline, std::stop_token stop) override {
    constexpr std::chrono::milliseconds kGlance(20);
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested() && now() < deadline) {
      changed_.wait_for(lock, stop, kGlance, [] { return false; });
    }
    return now() >= deadline ? Wake::deadline : Wake::stopped;
  }

 private:
  std::filesystem::path file_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
};

}  // namespace stagepass::tests
