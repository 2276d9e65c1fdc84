#pragma once

#include <stagepass/core/audit.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/policy/notice_rule.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::notices {

/// A grant, and an end of it that was announced.
using AnnouncedEnd = std::pair<std::string, Timestamp>;

/// How far one receiver is.
struct Cursor {
  std::string key;  ///< a hash of where it is
  AuditHead told;   ///< the last entry of the log that needs no more telling
  std::optional<Timestamp> failing_since{};  ///< it has taken nothing since then
  Timestamp tried_at{};                      ///< the last delivery, taken or not
  std::set<AnnouncedEnd> announced{};        ///< ends that lie before it, not behind

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

using State = std::vector<Cursor>;

[[nodiscard]] std::string key_of(const policy::NoticeRule& rule);

[[nodiscard]] std::string format_state(const State& state);

/// Nothing if `text` is no state.
[[nodiscard]] std::optional<State> parse_state(std::string_view text);

/// Errors: `not_found`, `permission_denied`; `corrupt` for what is no state.
[[nodiscard]] Result<State> read_state(const std::filesystem::path& file);

/// Replaces the file as a whole; durable when it returns. Errors: `unavailable`.
[[nodiscard]] Result<void> write_state(const std::filesystem::path& file, const State& state);

}  // namespace stagepass::notices
