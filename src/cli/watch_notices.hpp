#pragma once

#include "cli/session.hpp"

#include <stagepass/core/audit.hpp>

#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace stagepass::cli {

/// Tells notices beside a scheduler that runs for ever: no round of it waits for a receiver.
///
/// Threads: one call at a time; the passes have a thread of their own, one after the other.
class WatchNotices final {
 public:
  /// All must outlive this object.
  WatchNotices(Session& session, Terminal& terminal, std::stop_token stop);
  WatchNotices(const WatchNotices&) = delete;
  WatchNotices& operator=(const WatchNotices&) = delete;
  WatchNotices(WatchNotices&&) = delete;
  WatchNotices& operator=(WatchNotices&&) = delete;
  /// Waits for the delivery at hand.
  ~WatchNotices();

  /// A round is over: begins a pass, unless the last one still goes on.
  void follow_round();

 private:
  void pass(const AuditHead& begin);

  Session* session_;
  Terminal* terminal_;
  std::stop_token stop_;
  std::optional<AuditHead> begin_;
  std::future<void> running_;
  std::vector<std::string> said_;  ///< by the last pass; said again, it is no news
};

}  // namespace stagepass::cli
