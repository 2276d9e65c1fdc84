#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/case.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/core/timestamp.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// BLAKE2b-256 of an audit entry and, through the entry before it, of all before it.
using AuditHash = std::array<std::uint8_t, 32>;

/// One entry of the audit log: who did what to which, and how it went. Never a secret.
struct AuditEntry {
  Timestamp at;
  std::string actor;    ///< "ana (uid 1000) on shop1"
  std::string action;   ///< "grant", "retrieve", "account.active", "account.gone" …
  std::string subject;  ///< a grant, account, target or recipient
  std::string detail;
  /// The records that changed with it, each with its MAC; see `vouch_for`. Empty in the entries of
  /// earlier versions, which vouched for none.
  std::string records = "-";
  std::int64_t position = 0;  ///< given by the store: 1 for the first entry
  AuditHash hash{};           ///< given by the store
};

/// Adds to `entry` that the record of this name ("account/a-7f3k9q2m5x") has this MAC from now on.
void vouch_for(AuditEntry& entry, std::string_view record, std::string_view mac);

/// The MAC that the `records` of an entry give to the record of this name; nothing if they do not
/// name it.
[[nodiscard]] std::optional<std::string> mac_in(std::string_view records, std::string_view record);

/// The names of all records that an entry vouches for.
[[nodiscard]] std::vector<std::string> names_in(std::string_view records);

// What a record is called in the log, and whose entries may name it: those about itself, and for an
// account those about its grant.
[[nodiscard]] std::string record_name(const Grant& grant);
[[nodiscard]] std::string record_name(const Account& account);
[[nodiscard]] std::string record_name(const Target& target);
[[nodiscard]] std::string record_name(const Recipient& recipient);
[[nodiscard]] std::string record_name(const Case& record);
/// The same of a case whose record may be missing; also what the entries about it have as their subject, for a
/// reference alone may be the name of a target.
[[nodiscard]] std::string case_record_name(const CaseRef& ref);
[[nodiscard]] std::vector<std::string> vouching_subjects(const Grant& grant);
[[nodiscard]] std::vector<std::string> vouching_subjects(const Account& account);
[[nodiscard]] std::vector<std::string> vouching_subjects(const Target& target);
[[nodiscard]] std::vector<std::string> vouching_subjects(const Recipient& recipient);
[[nodiscard]] std::vector<std::string> vouching_subjects(const Case& record);

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
