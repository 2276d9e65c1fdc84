#pragma once

#include <stagepass/core/result.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace stagepass {

/// An instant, UTC, whole seconds. Everything that is stored or compared is one of these.
using Timestamp = std::chrono::sys_seconds;

/// How long something may live or wait.
using Ttl = std::chrono::seconds;

/// A bound on one operation; measured on a monotonic clock.
using Timeout = std::chrono::milliseconds;

/// "2026-12-01T10:00:00Z".
[[nodiscard]] std::string format_utc(Timestamp at);

/// "2026-12-01 11:00 CET": the same instant on this machine's clock face, with its zone.
[[nodiscard]] std::string format_local(Timestamp at);

/// Reads RFC 3339 ("2026-12-01T10:00:00Z", "…+01:00"). An offset is demanded, so that no time is
/// ambiguous: a local time without one has two meanings or none when clocks change.
[[nodiscard]] Result<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace stagepass
