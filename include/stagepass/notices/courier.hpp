#pragma once

#include <stagepass/core/audit.hpp>
#include <stagepass/policy/notice_rule.hpp>
#include <stagepass/ports/process.hpp>
#include <stagepass/service/workspace.hpp>
#include <stagepass/vault/webhook_signature.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace stagepass::notices {

/// Signs what a webhook carries in the name of the vault. Called only when there is a webhook to tell.
using Sign = std::function<Result<std::string>(const vault::WebhookMessage& message)>;

/// How long a pass may hold up whoever waits for it: `begin_within` and `each` together.
struct PassLimits {
  enum class Failing { tried, left };  ///< receivers that did not take the last one

  Timeout begin_within;  ///< nothing new is begun after this
  Timeout each;          ///< for one delivery
  Failing failing = Failing::tried;
  std::size_t most = 100;  ///< deliveries
};

/// Of `purge` and `watch`.
inline constexpr PassLimits kPatient = {std::chrono::seconds(5), std::chrono::seconds(5)};
/// Of every other command: what does not get through now is left to the next purge.
inline constexpr PassLimits kQuick = {std::chrono::seconds(1), std::chrono::seconds(2),
                                      PassLimits::Failing::left};

/// So long a receiver is tried again before an event is given up for it.
inline constexpr Ttl kGiveUpAfter = std::chrono::days(1);

struct PassReport {
  std::size_t delivered = 0;
  std::vector<std::string> remarks;  ///< for a person, a line each
};

/// Tells receivers what the audit log says has happened, and which grants end soon.
///
/// Guarantees: each receiver is told of each event at least once, in the order of the log, until one is given up; said
/// again, an event has the same id. Where a receiver stands is a stored fact after every delivery. A new receiver is told
/// of nothing that happened before. Only what this vault has written is told. Nothing of the vault is locked meanwhile.
/// Threads: one call at a time; of several processes one works, and the others leave it to that one.
/// Units: limits on a monotonic clock; times in events are UTC.
/// Failure: a receiver that takes nothing is a remark, told when it begins; an Error is about the store or the state file.
/// Secrets: no event holds one.
class Courier final {
 public:
  struct Tools {
    service::Workspace& workspace;
    Process& process;
    Sign sign;
  };

  /// What the tools refer to must outlive this object. `state`: the file where it is kept how far each receiver is.
  Courier(Tools tools, std::filesystem::path state)
      : tools_(std::move(tools)), state_(std::move(state)) {}

  /// One pass over all receivers. `begin`: where in the log one begins that was never told anything.
  [[nodiscard]] Result<PassReport> tell(const std::vector<policy::NoticeRule>& rules,
                                        const AuditHead& begin, const PassLimits& limits,
                                        const std::stop_token& stop);

  /// Sends a sample event. Errors: why it was not taken.
  [[nodiscard]] Result<void> test(const policy::NoticeRule& rule);

 private:
  Tools tools_;
  std::filesystem::path state_;
};

}  // namespace stagepass::notices
