#pragma once

#include <stagepass/core/clock.hpp>

namespace stagepass::system {

/// The machine's clocks. Waits in slices of at most two seconds, so that steps and suspends are
/// noticed. Where the kernel does not say which boot this is, `boot_id` names this
/// process.
class SystemClock final : public Clock {
 public:
  SystemClock();
  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] ClockReading read() const override;
  Wake wait_until(Timestamp deadline, std::stop_token stop) override;

 private:
  std::string boot_id_;
};

}  // namespace stagepass::system
