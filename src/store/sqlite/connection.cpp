#include "store/sqlite/connection.hpp"

#include "store/sqlite/sqlite_error.hpp"
#include "store/sqlite/statement.hpp"

#include <array>
#include <new>
#include <utility>

namespace stagepass::store {
namespace {

/// "Defense against the dark arts" (sqlite.org/security.html): a doctored file can do less. The
/// values are those of that page, but for two that our own statements need: the 27 columns of an
/// account (10 variables there) and all filters of a list at once (10 levels there).
struct Limit {
  int id;
  int value;
};
constexpr std::array kLimits = {
    Limit{SQLITE_LIMIT_LENGTH, 1'000'000},
    Limit{SQLITE_LIMIT_SQL_LENGTH, 100'000},
    Limit{SQLITE_LIMIT_COLUMN, 100},
    Limit{SQLITE_LIMIT_EXPR_DEPTH, 20},
    Limit{SQLITE_LIMIT_COMPOUND_SELECT, 3},
    Limit{SQLITE_LIMIT_VDBE_OP, 25'000},
    Limit{SQLITE_LIMIT_FUNCTION_ARG, 8},
    Limit{SQLITE_LIMIT_ATTACHED, 0},
    Limit{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    Limit{SQLITE_LIMIT_VARIABLE_NUMBER, 30},
    Limit{SQLITE_LIMIT_TRIGGER_DEPTH, 10},
};

struct Switch {
  int id;
  int value;
};
constexpr std::array kSwitches = {
    Switch{SQLITE_DBCONFIG_DEFENSIVE, 1},      Switch{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    Switch{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, Switch{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    Switch{SQLITE_DBCONFIG_DQS_DDL, 0},        Switch{SQLITE_DBCONFIG_DQS_DML, 0},
    Switch{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
};

/// DELETE, not WAL: a write-ahead log keeps old pages, with what was destroyed, for a while.
/// EXTRA also syncs the folder: without it a committed intent may roll back after a power cut.
/// The cache is small because a vault's rows are read once.
constexpr const char* kPragmas = R"sql(
PRAGMA journal_mode = DELETE;
PRAGMA synchronous = EXTRA;
PRAGMA secure_delete = ON;
PRAGMA cell_size_check = ON;
PRAGMA mmap_size = 0;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -2000;
)sql";

bool is_failed_sync(int code) {
  return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path,
                                                     std::chrono::milliseconds busy_timeout) {
  sqlite3* raw = nullptr;
  constexpr int kFlags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
  const int code = ::sqlite3_open_v2(path.c_str(), &raw, kFlags, nullptr);
  // Not make_unique: the constructor is private.
  std::unique_ptr<Connection> connection(new Connection(DatabaseHandle(raw), path));
  if (code != SQLITE_OK) {
    return fail(connection->error(code));
  }
  SP_TRY(connection->configure(busy_timeout));
  return connection;
}

Result<void> Connection::configure(std::chrono::milliseconds busy_timeout) {
  sqlite3* database = database_.get();
  for (const auto& limit : kLimits) {
    ::sqlite3_limit(database, limit.id, limit.value);
  }
  for (const auto& option : kSwitches) {
    if (const int code = ::sqlite3_db_config(database, option.id, option.value, nullptr);
        code != SQLITE_OK) {
      return fail(error(code));
    }
  }
  ::sqlite3_busy_timeout(database, static_cast<int>(busy_timeout.count()));
  return execute(kPragmas);
}

Result<Statement> Connection::prepare(std::string_view sql) {
  if (sync_failed_) {
    return fail(lost_durability(path_));
  }
  if (auto idle = idle_.extract(std::string(sql)); !idle.empty()) {
    return Statement(*this, std::move(idle.mapped()));
  }
  sqlite3_stmt* raw = nullptr;
  const int code = ::sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) {
    return fail(error(code));
  }
  return Statement(*this, StatementHandle(raw));
}

Result<void> Connection::execute(const std::string& sql) {
  if (sync_failed_) {
    return fail(lost_durability(path_));
  }
  const int code = ::sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return fail(error(code));
  }
  return {};
}

Result<void> Connection::copy_to(const std::filesystem::path& destination) {
  SP_ASSIGN(const auto copy, open(destination));
  sqlite3_backup* backup =
      ::sqlite3_backup_init(copy->database_.get(), "main", database_.get(), "main");
  if (backup == nullptr) {
    return fail(copy->error(::sqlite3_extended_errcode(copy->database_.get())));
  }
  constexpr int kAllPages = -1;
  const int step = ::sqlite3_backup_step(backup, kAllPages);
  const int finish = ::sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE) {
    return fail(copy->error(step));
  }
  if (finish != SQLITE_OK) {
    return fail(copy->error(finish));
  }
  return {};
}

std::int64_t Connection::changes() const noexcept {
  return ::sqlite3_changes64(database_.get());
}

void Connection::roll_back() noexcept {
  if (::sqlite3_get_autocommit(database_.get()) == 0) {
    // A failure leaves a hot journal, and the next reader of the file rolls back.
    const int code = ::sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    sync_failed_ = sync_failed_ || is_failed_sync(code);
  }
}

Error Connection::error(int code) {
  if (is_failed_sync(code)) {
    sync_failed_ = true;
    return lost_durability(path_);
  }
  return describe_sqlite_error(code, ::sqlite3_system_errno(database_.get()), path_);
}

// Statements are given back by their destructors.
void Connection::give_back(StatementHandle statement) noexcept {
  try {
    std::string sql = ::sqlite3_sql(statement.get());
    idle_.insert_or_assign(std::move(sql), std::move(statement));
  } catch (const std::bad_alloc&) {
    // Not kept for the next time: then it is prepared again.
  }
}

}  // namespace stagepass::store
