#pragma once

#include <stagepass/core/clock.hpp>

namespace stagepass::system {

/// The machine's clock. Waits in slices of at most two seconds, so that steps and suspends are
/// noticed.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
  Wake wait_until(Timestamp deadline, std::stop_token stop) override;
};

}  // namespace stagepass::system
