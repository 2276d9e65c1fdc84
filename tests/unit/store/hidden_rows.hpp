#pragma once

#include <fmt/format.h>

#include <string>

namespace stagepass::tests {

/// SQL after which no index of open accounts knows the account `id`, and its record is what it was: what somebody
/// does who can write the file and wants an account to be forgotten.
inline std::string hide_account(const std::string& id) {
  return fmt::format(
      "PRAGMA ignore_check_constraints = ON;"
      "CREATE TEMP TABLE was AS SELECT state FROM accounts WHERE id = '{0}';"
      "UPDATE accounts SET state = 'gone' WHERE id = '{0}';"
      "CREATE TEMP TABLE indexes AS SELECT * FROM main.sqlite_schema "
      "WHERE type = 'index' AND tbl_name = 'accounts' AND sql IS NOT NULL;"
      "PRAGMA writable_schema = ON;"
      "DELETE FROM main.sqlite_schema WHERE name IN (SELECT name FROM indexes);"
      "PRAGMA writable_schema = RESET;"
      "UPDATE accounts SET state = (SELECT state FROM was) WHERE id = '{0}';"
      "PRAGMA writable_schema = ON;"
      "INSERT INTO main.sqlite_schema SELECT * FROM indexes;"
      "PRAGMA writable_schema = RESET;",
      id);
}

}  // namespace stagepass::tests
