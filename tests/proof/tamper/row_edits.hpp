#pragma once

#include <cstdint>
#include <string>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::proof {

/// What somebody who can write the database may do to its records with SQL: a column gets the value of another
/// row, another number or nothing; two rows change places; a row is as it was an hour before; a row comes from
/// another vault; an account is hidden from the indexes, or put under another grant by them; the log's index forgets
/// what came after the row of before.
class RowEdits final {
 public:
  /// Database files as bytes: the one to be edited, the same of an hour before, and that of another vault.
  RowEdits(const std::string& database, const std::string& earlier, const std::string& foreign);

  [[nodiscard]] std::uint64_t count() const { return edits_.size(); }

  struct Edited {
    std::string what;
    std::string database;
  };
  /// An edit that the tables do not take leaves the database as it was.
  [[nodiscard]] Edited apply(std::uint64_t number) const;

 private:
  struct Edit {
    std::string what;
    std::string sql;
  };
  void edit_columns(const std::string& table, const std::string& key);
  void misfile_accounts();
  void swap_rows(const std::string& table, const std::string& key);
  void take_rows(const std::string& from, const std::string& table, const std::string& key);
  void take_earlier_grants_and_forget();

  [[nodiscard]] std::vector<std::string> rows_of(const std::string& sql) const;

  tests::TempDir folder_{"/dev/shm"};
  std::string database_;
  std::vector<Edit> edits_;
};

}  // namespace stagepass::proof
