#pragma once

#include <stagepass/core/result.hpp>

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace stagepass::store {

class Statement;

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { ::sqlite3_close_v2(database); }
};
using DatabaseHandle = std::unique_ptr<sqlite3, CloseDatabase>;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// One connection to an existing database file, set up for a store of secrets.
///
/// Guarantees: what was committed is on the disk, what was deleted is overwritten. After a sync
/// that failed nobody knows what is on the disk, so from then on every statement fails. Threads:
/// one at a time. Failure: every error of SQLite becomes an Error here and nowhere else.
class Connection final {
 public:
  /// How long a statement waits for another process that writes.
  static constexpr std::chrono::milliseconds kBusyTimeout = std::chrono::seconds(30);

  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(
      const std::filesystem::path& path, std::chrono::milliseconds busy_timeout = kBusyTimeout);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection() = default;

  /// A statement ready to bind; kept for the next time when it is done. It must not outlive this.
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);

  /// Runs several statements without parameters.
  [[nodiscard]] Result<void> execute(const std::string& sql);

  /// Copies the database as it is into the empty file `destination`, a page at a time.
  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& destination);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Rows changed by the last statement.
  [[nodiscard]] std::int64_t changes() const noexcept;

  /// Undoes the open transaction, if there is one. SQLite itself undoes after some errors.
  void roll_back() noexcept;

  /// Nobody knows any more what is on the disk. Safe from any thread.
  [[nodiscard]] bool sync_failed() const noexcept { return sync_failed_; }

  /// What an SQLite result code means to the caller. Remembers a sync that failed.
  [[nodiscard]] Error error(int code);

 private:
  friend class Statement;

  Connection(DatabaseHandle database, std::filesystem::path path)
      : database_(std::move(database)), path_(std::move(path)) {}

  [[nodiscard]] Result<void> configure(std::chrono::milliseconds busy_timeout);
  void give_back(StatementHandle statement) noexcept;

  DatabaseHandle database_;
  std::filesystem::path path_;
  std::unordered_map<std::string, StatementHandle> idle_;
  std::atomic<bool> sync_failed_ = false;
};

}  // namespace stagepass::store
