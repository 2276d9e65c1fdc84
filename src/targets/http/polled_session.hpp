#pragma once

#include "targets/deadline.hpp"

#include <stagepass/ports/target_driver.hpp>

#include <algorithm>
#include <functional>
#include <poll.h>
#include <utility>

namespace stagepass::targets {

/// A login of a shop, which is no connection: whether it is over is asked for until it is.
class PolledSession final : public LiveSession {
 public:
  /// `is_over` asks the shop once; an error is no end, for it may be gone with the next look.
  explicit PolledSession(std::function<bool(const Deadline&)> is_over)
      : is_over_(std::move(is_over)) {}

  bool ended_within(Timeout patience) override {
    constexpr int kPauseMilliseconds = 100;
    constexpr Timeout kShortestLook = std::chrono::seconds(1);
    const Deadline deadline(patience);
    while (true) {
      if (is_over_(Deadline(std::max(deadline.remaining(), kShortestLook)))) {
        return true;
      }
      if (deadline.passed()) {
        return false;
      }
      ::poll(nullptr, 0, kPauseMilliseconds);
    }
  }

 private:
  std::function<bool(const Deadline&)> is_over_;
};

}  // namespace stagepass::targets
