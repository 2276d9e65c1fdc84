#pragma once

#include "supervisor.hpp"

#include <cstdint>
#include <string>

namespace stagepass::proof {

/// Where a program is struck dead.
struct KillPoint {
  std::int64_t point = 0;
  enum class When { before_call, after_call };
  When when = When::before_call;
};

/// SIGKILL at one point.
class Killer final : public Watcher {
 public:
  explicit Killer(KillPoint at) : at_(at) {}

  Verdict about_to(const Call& call) override {
    if (call.point != at_.point) {
      return {};
    }
    call_ = name_of_call(call.number);
    return {at_.when == KillPoint::When::before_call ? Verdict::Kind::kill
                                                     : Verdict::Kind::wait_for_result};
  }

  Next made(const Call& /*call*/, std::int64_t /*result*/) override { return Next::kill; }

  /// "killed before fdatasync (point 12)"
  [[nodiscard]] std::string describe() const {
    return std::string("killed ") +
           (at_.when == KillPoint::When::before_call ? "before " : "after ") +
           (call_.empty() ? "its end" : call_) + " (point " + std::to_string(at_.point) + ")";
  }

 private:
  KillPoint at_;
  std::string call_;
};

/// Lets everything pass.
class Counter final : public Watcher {
 public:
  Verdict about_to(const Call& /*call*/) override {
    ++points_;
    return {};
  }
  [[nodiscard]] std::int64_t points() const { return points_; }

 private:
  std::int64_t points_ = 0;
};

}  // namespace stagepass::proof
