#include "oracle/database.hpp"

#include <stagepass/core/text.hpp>

#include <sqlite3.h>

#include <memory>
#include <string>

namespace stagepass::proof {
namespace {

using Lines = std::vector<std::string>;

int add_line(void* lines, int columns, char** values, char** /*names*/) {
  std::string line;
  for (int column = 0; column < columns; ++column) {
    line += column == 0 ? "" : " | ";
    line += values[column] == nullptr ? "NULL" : values[column];
  }
  static_cast<Lines*>(lines)->push_back(std::move(line));
  return 0;
}

}  // namespace

std::vector<Violation> check_database(const std::filesystem::path& path) {
  std::vector<Violation> violations;
  const auto object = [&](const std::string& what) {
    violations.push_back({Invariant::damaged, path.string() + ": " + escape_untrusted(what)});
  };
  sqlite3* raw = nullptr;
  const int opened = ::sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, decltype(&::sqlite3_close)> database(raw, &::sqlite3_close);
  if (opened != SQLITE_OK) {
    object(::sqlite3_errstr(opened));
    return violations;
  }
  for (const char* sql : {"PRAGMA integrity_check", "PRAGMA foreign_key_check"}) {
    Lines lines;
    if (const int code = ::sqlite3_exec(raw, sql, add_line, &lines, nullptr); code != SQLITE_OK) {
      object(::sqlite3_errmsg(raw));
      return violations;
    }
    for (const std::string& line : lines) {
      if (line != "ok") {
        object(line);
      }
    }
  }
  return violations;
}

}  // namespace stagepass::proof
