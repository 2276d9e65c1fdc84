#pragma once

#include "store/sqlite/rows.hpp"

#include <fmt/format.h>

#include <string>

namespace stagepass::store {

// What the scheduler asks, each with an index that holds only accounts that are not gone. `<>`
// stands as in the index, or SQLite would not use it.

/// A lease that ends now has ended.
inline constexpr const char* kDueAndFree =
    "state <> 'gone' AND next_at <= :now AND (leased_until IS NULL OR leased_until <= :now)";

inline constexpr const char* kSelectNextDue =
    "SELECT min(next_at) FROM accounts WHERE state <> 'gone'";

inline constexpr const char* kSelectOverdue =
    "SELECT count(*), min(ends_at) FROM accounts WHERE state <> 'gone' AND ends_at <= :now";

inline constexpr const char* kCountOpenOnTarget =
    "SELECT count(*) FROM accounts WHERE state <> 'gone' AND target = :target";

inline constexpr const char* kSelectTargetsToAudit =
    "SELECT name FROM targets WHERE next_audit_at <= :now ORDER BY next_audit_at, name";

inline constexpr const char* kBringForward =
    "UPDATE accounts SET next_at = :now, version = version + 1 "
    "WHERE target = :target AND state = 'ending' AND attempts > 0 AND next_at > :now "
    "AND (leased_until IS NULL OR leased_until <= :now)";

inline constexpr const char* kMendRetries =
    "UPDATE accounts SET next_at = :now, version = version + 1 "
    "WHERE state = 'ending' AND next_at > :latest";

inline constexpr const char* kMendPlans =
    "UPDATE accounts SET next_at = :now, version = version + 1 "
    "WHERE state = 'planned' AND next_at > :latest";

inline constexpr const char* kMendEnds =
    "UPDATE accounts INDEXED BY accounts_late SET next_at = ends_at, version = version + 1 "
    "WHERE state = 'active' AND next_at > ends_at";

inline constexpr const char* kMendAudits =
    "UPDATE targets SET next_audit_at = :now, version = version + 1 "
    "WHERE next_audit_at > :latest";

inline constexpr const char* kMendLeases =
    "UPDATE accounts SET leased_until = NULL, version = version + 1 "
    "WHERE state <> 'gone' AND leased_until > :latest";

/// INDEXED BY: left to itself SQLite prefers the index that is sorted by target, and reads all of
/// it.
inline std::string select_targets_with_due() {
  return fmt::format(
      "SELECT target FROM accounts INDEXED BY accounts_due WHERE {} GROUP BY target "
      "ORDER BY min(next_at), target",
      kDueAndFree);
}

inline std::string select_due() {
  return fmt::format("SELECT {} FROM accounts WHERE {} ORDER BY next_at, id LIMIT :limit",
                     kAccountColumns, kDueAndFree);
}

/// By id, so that paging meets every account even while others come and go.
inline std::string select_open_on_target(bool has_after) {
  return fmt::format(
      "SELECT {} FROM accounts WHERE target = :target AND state <> 'gone'{} ORDER BY id "
      "LIMIT :limit",
      kAccountColumns, has_after ? " AND id > :after" : "");
}

/// What was begun and not finished; there are few of them at any time.
inline std::string select_first_unfinished_on_target() {
  return fmt::format(
      "SELECT {} FROM accounts INDEXED BY accounts_planned WHERE state = 'planned' AND target = "
      ":target AND {} ORDER BY next_at, id LIMIT 1",
      kAccountColumns, kDueAndFree);
}

inline std::string select_first_due_on_target() {
  return fmt::format(
      "SELECT {} FROM accounts WHERE target = :target AND {} ORDER BY next_at, id LIMIT 1",
      kAccountColumns, kDueAndFree);
}

}  // namespace stagepass::store
