#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/handoff/approval.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace stagepass::service {

/// Where the way back lies, since when, and who has looked at it.
struct BackupStatement {
  std::string where;
  Timestamp made_at;
  std::string checked_by;
};

/// Reads "where; when; checked by whom", the time in RFC 3339. Errors: `invalid_argument` saying which part is missing.
[[nodiscard]] Result<BackupStatement> parse_backup(std::string_view text);

/// What a merchant acknowledges before a grant on a live shop; the audit log names it as "risk text 1".
inline constexpr std::string_view kRiskText =
    "this is a shop that real customers use: what is changed there can lose orders, payments and "
    "personal data, the "
    "backup that is named is the only way back, and the payment provider is not responsible for "
    "mistakes made there";

/// What access to live shops takes beside all that a grant takes.
struct LiveAccess {
  std::optional<handoff::SignedApproval> approval{};
  std::optional<BackupStatement> backup{};
  enum class Risk { not_accepted, accepted };
  Risk risk = Risk::not_accepted;

  /// Something was said of it.
  [[nodiscard]] bool any() const { return approval || backup || risk == Risk::accepted; }
};

/// By what a grant or an extension reaches live shops, for the log.
struct LiveRecord {
  std::string approval;  ///< as the log calls it: "approval/5f0c…"
  std::string text;
};

}  // namespace stagepass::service
