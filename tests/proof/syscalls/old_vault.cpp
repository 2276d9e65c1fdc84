#include "old_vault.hpp"

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

struct Close {
  void operator()(sqlite3* database) const noexcept { ::sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, Close>;

/// The first column of each row of the answer.
std::vector<std::string> ask(sqlite3* database, const std::string& sql) {
  std::vector<std::string> answer;
  const auto keep = [](void* rows, int /*columns*/, char** values, char** /*names*/) {
    static_cast<std::vector<std::string>*>(rows)->emplace_back(values[0] == nullptr ? ""
                                                                                    : values[0]);
    return 0;
  };
  if (::sqlite3_exec(database, sql.c_str(), keep, &answer, nullptr) != SQLITE_OK) {
    throw std::runtime_error(fmt::format("{}: {}", ::sqlite3_errmsg(database), sql));
  }
  return answer;
}

void create_old(const fs::path& path) {
  const std::ofstream empty(path);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  const auto connection = store::Connection::open(path);
  if (!connection || !store::create_schema(**connection, store::all_migrations().first(1))) {
    throw std::runtime_error("the first schema cannot be made");
  }
}

}  // namespace

void return_to_first_version(const fs::path& database, const fs::path& key_file) {
  const fs::path old = database.string() + ".old";
  create_old(old);
  sqlite3* raw = nullptr;
  ::sqlite3_open(old.c_str(), &raw);
  const Database opened(raw);
  ask(raw, fmt::format("ATTACH '{}' AS new", database.string()));
  for (const std::string& table :
       ask(raw, "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql IS NOT NULL")) {
    const std::string columns =
        ask(raw,
            fmt::format("SELECT group_concat(name) FROM pragma_table_info('{}', 'main')", table))
            .at(0);
    ask(raw, fmt::format("INSERT INTO main.{0} ({1}) SELECT {1} FROM new.{0}", table, columns));
  }
  fs::rename(old, database);
  fs::remove(database.parent_path() / "checkpoint");
  fs::remove(key_file.string() + ".checkpoint");
}

}  // namespace stagepass::proof
