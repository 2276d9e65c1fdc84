#pragma once

#include <stagepass/core/ids.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stagepass {

/// Why a grant ended.
enum class EndReason { expired, finished, revoked, not_created };

[[nodiscard]] std::string_view to_string(EndReason reason);
[[nodiscard]] Result<EndReason> parse_end_reason(std::string_view text);

/// One specialist's access under one case: a bundle of accounts with one end.
struct Grant {
  GrantId id;
  CaseRef case_ref;
  RecipientName recipient;
  Timestamp created_at;
  std::string created_by;
  Timestamp expires_at;               ///< the agreed end, which no other clock of it moves
  std::optional<Timestamp> ended_at;  ///< when somebody or the clock ended it
  std::optional<EndReason> end_reason;
  std::string ended_by;
  std::int64_t version = 1;
  std::string vouched_mac{};  ///< what the audit log says of this record; given by the store
  /// It ends then unless somebody has retrieved it before; see `counting_end`.
  std::optional<Timestamp> retrieve_by{};
  /// How long it lasts once it was retrieved.
  std::optional<Ttl> work_time{};
};

}  // namespace stagepass
