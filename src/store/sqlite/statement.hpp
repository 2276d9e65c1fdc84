#pragma once

#include "store/sqlite/connection.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::store {

/// One use of a prepared statement, from its first parameter to its last row.
///
/// Bound text and blobs are not copied: they must live until the statement has run. A parameter
/// that cannot be bound is reported by the first `next` or `run`. While rows are left to read, the
/// database does not change under the reader. Threads: those of its connection.
class Statement final {
 public:
  Statement(Connection& connection, StatementHandle handle)
      : connection_(&connection), handle_(std::move(handle)) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement(Statement&& other) noexcept = default;
  Statement& operator=(Statement&& other) = delete;
  ~Statement();

  // `name` as it stands in the SQL: ":id".
  Statement& bind(const char* name, std::int64_t value);
  Statement& bind(const char* name, std::string_view text);
  Statement& bind(const char* name, Bytes blob);
  Statement& bind(const char* name, Timestamp at);
  Statement& bind(const char* name, const std::optional<Timestamp>& at);
  Statement& bind_null(const char* name);

  /// Moves to the next row; false when there is none.
  [[nodiscard]] Result<bool> next();

  /// Runs a statement that gives no rows.
  [[nodiscard]] Result<void> run();

 private:
  friend class Row;

  /// The parameter's number; 0, which no bind accepts, if there is none of this name.
  [[nodiscard]] int parameter(const char* name) const noexcept;
  Statement& note(int code) noexcept;

  Connection* connection_;
  StatementHandle handle_;
  int bind_error_ = SQLITE_OK;
};

/// Reads the columns of a statement's present row from left to right.
class Row final {
 public:
  explicit Row(const Statement& statement) : statement_(statement.handle_.get()) {}

  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::string text();
  [[nodiscard]] std::vector<std::uint8_t> blob();
  [[nodiscard]] Timestamp time();
  [[nodiscard]] std::optional<std::string> optional_text();
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> optional_blob();
  [[nodiscard]] std::optional<Timestamp> optional_time();

 private:
  [[nodiscard]] bool is_null() const noexcept;

  sqlite3_stmt* statement_;
  int column_ = 0;
};

}  // namespace stagepass::store
