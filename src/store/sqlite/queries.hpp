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

inline std::string select_first_due_on_target() {
  return fmt::format(
      "SELECT {} FROM accounts WHERE target = :target AND {} ORDER BY next_at, id LIMIT 1",
      kAccountColumns, kDueAndFree);
}

}  // namespace stagepass::store
