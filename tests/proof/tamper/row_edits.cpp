#include "row_edits.hpp"

#include <fmt/format.h>

#include <set>
#include <stdexcept>
#include <unit/store/hidden_rows.hpp>
#include <unit/store/raw_database.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

constexpr const char* kEdited = "edited.db";
constexpr const char* kEarlier = "earlier.db";
constexpr const char* kForeign = "foreign.db";

/// The store changes these by itself, so nothing vouches for them; what they may say is bounded. Nor for a
/// wrapped key: another one opens nothing.
bool is_vouched_for(const std::string& column) {
  static const std::set<std::string> hints = {"next_at", "leased_until", "next_audit_at", "version",
                                              "wrapped_key"};
  return !hints.contains(column);
}

std::string attach(const std::filesystem::path& path) {
  return fmt::format("ATTACH '{}' AS other; ", path.string());
}

}  // namespace

RowEdits::RowEdits(const std::string& database, const std::string& earlier,
                   const std::string& foreign)
    : database_(database) {
  tests::write_content(folder_.path() / kEdited, database);
  tests::write_content(folder_.path() / kEarlier, earlier);
  tests::write_content(folder_.path() / kForeign, foreign);
  for (const auto& [table, key] : {std::pair{"accounts", "id"}, std::pair{"grants", "id"},
                                   std::pair{"targets", "name"}, std::pair{"cases", "ref"}}) {
    edit_columns(table, key);
    swap_rows(table, key);
    take_rows(kEarlier, table, key);
  }
  take_rows(kForeign, "accounts", "id");
  edit_columns("recipient_keys", "key");
  for (const std::string& id :
       rows_of("SELECT id FROM accounts WHERE state <> 'gone' ORDER BY 1")) {
    edits_.push_back({"no index knows " + id, tests::hide_account(id)});
  }
  misfile_accounts();
  take_earlier_grants_and_forget();
  edits_.push_back(
      {"the admin's secrets of two targets change places",
       "UPDATE target_sealed_settings SET sealed = (SELECT o.sealed FROM "
       "target_sealed_settings AS o WHERE o.target <> target_sealed_settings.target)"});
  edits_.push_back({"the cases are taken away", "DELETE FROM cases"});
  edits_.push_back({"a target gets a setting",
                    "INSERT INTO target_settings VALUES ('files', 'host', 'evil.example')"});
}

std::vector<std::string> RowEdits::rows_of(const std::string& sql) const {
  return tests::RawDatabase(folder_.path() / kEdited).run(sql);
}

void RowEdits::edit_columns(const std::string& table, const std::string& key) {
  const auto columns = rows_of(fmt::format("SELECT name FROM pragma_table_info('{}')", table));
  const auto keys = rows_of(fmt::format("SELECT {} FROM {} ORDER BY 1", key, table));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string& next = keys.at((i + 1) % keys.size());
    for (const std::string& column : columns) {
      if (!is_vouched_for(column)) {
        continue;
      }
      const auto edit = [&](const std::string& what, const std::string& value) {
        edits_.push_back({fmt::format("{} of {} is {}", column, keys.at(i), what),
                          fmt::format("UPDATE {} SET {} = {} WHERE {} = '{}'", table, column, value,
                                      key, keys.at(i))});
      };
      edit("that of " + next,
           fmt::format("(SELECT {} FROM {} WHERE {} = '{}')", column, table, key, next));
      edit("another number", column + " + 1000000");
      edit("nothing", "NULL");
    }
  }
}

void RowEdits::misfile_accounts() {
  const auto grants = rows_of("SELECT id FROM grants ORDER BY 1");
  const auto accounts = rows_of("SELECT id FROM accounts ORDER BY 1");
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const std::string& grant = grants.at(i % grants.size());
    edits_.push_back({fmt::format("indexes know {} under {}", accounts[i], grant),
                      tests::misfile_account(accounts[i], "grant_id", grant)});
  }
}

void RowEdits::swap_rows(const std::string& table, const std::string& key) {
  const auto keys = rows_of(fmt::format("SELECT {} FROM {} ORDER BY 1", key, table));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = i + 1; j < keys.size(); ++j) {
      const auto rename = [&](const std::string& from, const std::string& to) {
        return fmt::format("UPDATE {0} SET {1} = '{3}' WHERE {1} = '{2}'; ", table, key, from, to);
      };
      edits_.push_back({fmt::format("{} and {} change places", keys[i], keys[j]),
                        rename(keys[i], "-") + rename(keys[j], keys[i]) + rename("-", keys[j])});
    }
  }
}

void RowEdits::take_rows(const std::string& from, const std::string& table,
                         const std::string& key) {
  const auto path = folder_.path() / from;
  // Only rows that differ: one that is as it was is no edit.
  const auto keys =
      rows_of(attach(path) + fmt::format("SELECT {0} FROM (SELECT * FROM other.{1} EXCEPT SELECT * "
                                         "FROM main.{1}) ORDER BY 1",
                                         key, table));
  for (const std::string& each : keys) {
    edits_.push_back({fmt::format("{} comes from {}", each, from),
                      attach(path) + fmt::format("INSERT OR REPLACE INTO main.{0} SELECT * FROM "
                                                 "other.{0} WHERE {1} = '{2}'",
                                                 table, key, each)});
  }
}

void RowEdits::take_earlier_grants_and_forget() {
  const std::string attached = attach(folder_.path() / kEarlier);
  for (const std::string& id : rows_of(attached + "SELECT id FROM other.grants ORDER BY 1")) {
    const std::string rows = fmt::format(
        "INSERT OR REPLACE INTO main.grants SELECT * FROM other.grants WHERE id = '{0}';"
        "INSERT OR REPLACE INTO main.accounts SELECT * FROM other.accounts WHERE grant_id = '{0}';",
        id);
    const std::string since = fmt::format(
        "id > (SELECT max(id) FROM other.audit) AND subject IN "
        "(SELECT '{0}' UNION SELECT id FROM main.accounts WHERE grant_id = '{0}')",
        id);
    edits_.push_back(
        {fmt::format("{} is as before, and the log's index knows of nothing since", id),
         attached + rows + tests::forget_subjects(since)});
  }
}

RowEdits::Edited RowEdits::apply(std::uint64_t number) const {
  const Edit& edit = edits_.at(number);
  // A folder of its own: cases run beside each other, each in a process of its own.
  const tests::TempDir folder("/dev/shm");
  const auto path = folder.path() / kEdited;
  tests::write_content(path, database_);
  try {
    tests::RawDatabase(path).run("PRAGMA ignore_check_constraints = ON; " + edit.sql);
  } catch (const std::runtime_error&) {
    return {edit.what, database_};
  }
  return {edit.what, tests::content_of(path)};
}

}  // namespace stagepass::proof
