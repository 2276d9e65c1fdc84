#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <support/content.hpp>
#include <vector>

namespace stagepass::tests {

/// The same file through SQLite alone: what a stranger, or an older version, may have done to it.
class RawDatabase final {
 public:
  explicit RawDatabase(const std::filesystem::path& path) {
    if (::sqlite3_open(path.c_str(), &database_) != SQLITE_OK) {
      throw std::runtime_error("cannot open " + path.string());
    }
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;
  RawDatabase(RawDatabase&&) = delete;
  RawDatabase& operator=(RawDatabase&&) = delete;
  ~RawDatabase() { ::sqlite3_close(database_); }

  /// The rows of the last statement, their columns joined by "|".
  std::vector<std::string> run(const std::string& sql) {
    std::vector<std::string> rows;
    char* message = nullptr;
    const int code = ::sqlite3_exec(database_, sql.c_str(), add_row, &rows, &message);
    const std::string text = message == nullptr ? "" : message;
    ::sqlite3_free(message);
    if (code != SQLITE_OK) {
      throw std::runtime_error(sql + ": " + text);
    }
    return rows;
  }

 private:
  static int add_row(void* rows, int columns, char** values, char** /*names*/) {
    std::string row;
    for (int column = 0; column < columns; ++column) {
      row += column == 0 ? "" : "|";
      row += values[column] == nullptr ? "NULL" : values[column];
    }
    static_cast<std::vector<std::string>*>(rows)->push_back(row);
    return 0;
  }

  sqlite3* database_ = nullptr;
};

}  // namespace stagepass::tests
