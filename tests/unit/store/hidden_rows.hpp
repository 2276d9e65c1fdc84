#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace stagepass::tests {

/// SQL that runs `sql` while the database does not know of those of its indexes for which `which` is true.
inline std::string behind_indexes(const std::string& which, const std::string& sql) {
  return fmt::format(
      "CREATE TEMP TABLE indexes AS SELECT * FROM main.sqlite_schema WHERE {};"
      "PRAGMA writable_schema = ON;"
      "DELETE FROM main.sqlite_schema WHERE name IN (SELECT name FROM indexes);"
      "PRAGMA writable_schema = RESET;"
      "{};"
      "PRAGMA writable_schema = ON;"
      "INSERT INTO main.sqlite_schema SELECT * FROM indexes;"
      "PRAGMA writable_schema = RESET;",
      which, sql);
}

/// SQL after which the indexes know the account `id` by another `value` of its `column`, and its record is what it
/// was: what somebody does who can write the file.
inline std::string misfile_account(const std::string& id, const std::string& column,
                                   const std::string& value) {
  return fmt::format(
             "PRAGMA ignore_check_constraints = ON;"
             "CREATE TEMP TABLE was AS SELECT {1} FROM accounts WHERE id = '{0}';"
             "UPDATE accounts SET {1} = '{2}' WHERE id = '{0}';",
             id, column, value) +
         behind_indexes(
             "type = 'index' AND tbl_name = 'accounts' AND sql IS NOT NULL",
             fmt::format("UPDATE accounts SET {1} = (SELECT {1} FROM was) WHERE id = '{0}'", id,
                         column));
}

/// No index of open accounts knows it any more.
inline std::string hide_account(const std::string& id) {
  return misfile_account(id, "state", "gone");
}

/// The log's index forgets which records the entries `which`, a condition of SQL, are about.
inline std::string forget_subjects(const std::string& which) {
  return fmt::format(
             "CREATE TEMP TABLE forgotten AS SELECT id FROM main.audit WHERE {};"
             "UPDATE main.audit SET subject = '-' || subject WHERE id IN (SELECT id FROM "
             "forgotten);",
             which) +
         behind_indexes("name = 'audit_by_subject'",
                        "UPDATE main.audit SET subject = substr(subject, 2) "
                        "WHERE id IN (SELECT id FROM forgotten)");
}

/// The bytes of a database with the first three entries of the page `root`, which has no pages below it, the other way
/// round: what is looked for there leads to something else.
inline std::string with_reversed_entries(std::string database, std::size_t root) {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kHeaderOfALeaf = 8;
  constexpr std::size_t kPointer = 2;
  const auto first =
      database.begin() + static_cast<std::ptrdiff_t>((root - 1) * kPage + kHeaderOfALeaf);
  std::swap_ranges(first, first + kPointer, first + 2 * kPointer);
  return database;
}

}  // namespace stagepass::tests
