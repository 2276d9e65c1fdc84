#pragma once

#include <fmt/format.h>

#include <string>

namespace stagepass::tests {

/// SQL after which the indexes know the account `id` by another `value` of its `column`, and its record is what it
/// was: what somebody does who can write the file.
inline std::string misfile_account(const std::string& id, const std::string& column,
                                   const std::string& value) {
  return fmt::format(
      "PRAGMA ignore_check_constraints = ON;"
      "CREATE TEMP TABLE was AS SELECT {1} FROM accounts WHERE id = '{0}';"
      "UPDATE accounts SET {1} = '{2}' WHERE id = '{0}';"
      "CREATE TEMP TABLE indexes AS SELECT * FROM main.sqlite_schema "
      "WHERE type = 'index' AND tbl_name = 'accounts' AND sql IS NOT NULL;"
      "PRAGMA writable_schema = ON;"
      "DELETE FROM main.sqlite_schema WHERE name IN (SELECT name FROM indexes);"
      "PRAGMA writable_schema = RESET;"
      "UPDATE accounts SET {1} = (SELECT {1} FROM was) WHERE id = '{0}';"
      "PRAGMA writable_schema = ON;"
      "INSERT INTO main.sqlite_schema SELECT * FROM indexes;"
      "PRAGMA writable_schema = RESET;",
      id, column, value);
}

/// No index of open accounts knows it any more.
inline std::string hide_account(const std::string& id) {
  return misfile_account(id, "state", "gone");
}

}  // namespace stagepass::tests
