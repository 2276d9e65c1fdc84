#pragma once

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace stagepass::cli {

/// Turns SIGTERM and SIGINT into a request to stop, for as long as it lives.
///
/// Threads: make it before any other thread, so that all of them leave the signals to it.
class SignalStop final {
 public:
  /// `tick` is called every `interval_ns` nanoseconds until the signal comes; never if that is 0.
  SignalStop(long interval_ns, std::function<void()> tick);
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  SignalStop(SignalStop&&) = delete;
  SignalStop& operator=(SignalStop&&) = delete;
  ~SignalStop();

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  void wait(long interval_ns, const std::function<void()>& tick);

  sigset_t signals_{};
  sigset_t before_{};
  std::stop_source stop_;
  std::thread waiter_;
};

}  // namespace stagepass::cli
