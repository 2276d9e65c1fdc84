#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace stagepass {

/// BLAKE2b-256 of an audit entry and, through the entry before it, of all before it.
using AuditHash = std::array<std::uint8_t, 32>;

/// One entry of the audit log: who did what to which, and how it went. Never a secret.
struct AuditEntry {
  Timestamp at;
  std::string actor;    ///< "ana (uid 1000) on shop1"
  std::string action;   ///< "grant", "retrieve", "account.active", "account.gone" …
  std::string subject;  ///< a grant, account or target
  std::string detail;
  std::int64_t position = 0;  ///< given by the store: 1 for the first entry
  AuditHash hash{};           ///< given by the store
};

/// How long an audit log is, and the hash of its last entry: all of the log in 40 bytes.
struct AuditHead {
  std::int64_t size = 0;
  AuditHash hash{};  ///< zeros while the log is empty

  friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

/// The head of a log that ended with `head`, after `entry` was put behind it. Depends on what the
/// entry says and on nothing that the store gives it.
///
/// Guarantees: two logs that differ in any entry, in their order or in their length have different
/// heads, unless somebody finds a collision of BLAKE2b.
[[nodiscard]] AuditHead extended(const AuditHead& head, const AuditEntry& entry);

/// The same for an entry as it is stored. Errors: `corrupt` unless it stands where it says, with the
/// hash that it must have there.
[[nodiscard]] Result<AuditHead> followed_by(const AuditHead& head, const AuditEntry& entry);

}  // namespace stagepass
