#include "cli/signal_stop.hpp"

#include <cerrno>
#include <ctime>
#include <pthread.h>
#include <utility>

namespace stagepass::cli {

SignalStop::SignalStop(long interval_ns, std::function<void()> tick) {
  ::sigemptyset(&signals_);
  ::sigaddset(&signals_, SIGTERM);
  ::sigaddset(&signals_, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  waiter_ = std::thread([this, interval_ns, tick = std::move(tick)] { wait(interval_ns, tick); });
}

SignalStop::~SignalStop() {
  // A blocked signal sent to the waiting thread alone wakes it, and nobody else.
  ::pthread_kill(waiter_.native_handle(), SIGINT);
  waiter_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void SignalStop::wait(long interval_ns, const std::function<void()>& tick) {
  constexpr long kSecond = 1'000'000'000;
  const timespec interval{interval_ns / kSecond, interval_ns % kSecond};
  while (true) {
    const int signal = interval_ns > 0 ? ::sigtimedwait(&signals_, nullptr, &interval)
                                       : ::sigwaitinfo(&signals_, nullptr);
    if (signal > 0) {
      stop_.request_stop();
      return;
    }
    if (errno == EAGAIN) {
      tick();
    }
  }
}

}  // namespace stagepass::cli
