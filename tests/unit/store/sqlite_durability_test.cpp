#include "store_backends.hpp"

#include <sqlite3.h>

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

/// SQLite's own files, but the sync of a database fails on demand.
class FailingSync final {
 public:
  FailingSync() : real_(::sqlite3_vfs_find(nullptr)), shim_(*real_) {
    original_vfs_ = real_;
    shim_.zName = "failing-sync";
    shim_.xOpen = open;
    ::sqlite3_vfs_register(&shim_, 1);
  }
  FailingSync(const FailingSync&) = delete;
  FailingSync& operator=(const FailingSync&) = delete;
  FailingSync(FailingSync&&) = delete;
  FailingSync& operator=(FailingSync&&) = delete;
  ~FailingSync() {
    is_failing_ = false;
    ::sqlite3_vfs_unregister(&shim_);
    ::sqlite3_vfs_register(real_, 1);
  }

  void start() { is_failing_ = true; }
  void stop() { is_failing_ = false; }

 private:
  static int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    const int code = original_vfs_->xOpen(original_vfs_, name, file, flags, out_flags);
    // A journal has methods of its own, without locks.
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
      original_methods_ = file->pMethods;
      methods_ = *file->pMethods;
      methods_.xSync = sync;
      file->pMethods = &methods_;
    }
    return code;
  }

  static int sync(sqlite3_file* file, int flags) {
    return is_failing_ ? SQLITE_IOERR_FSYNC : original_methods_->xSync(file, flags);
  }

  // SQLite calls back without a place for a pointer of ours.
  static inline sqlite3_vfs* original_vfs_ = nullptr;
  static inline const sqlite3_io_methods* original_methods_ = nullptr;
  static inline sqlite3_io_methods methods_ = {};
  static inline bool is_failing_ = false;

  sqlite3_vfs* real_;
  sqlite3_vfs shim_;
};

}  // namespace

TEST_CASE("SQLite: after a sync that failed the store does nothing more", "[store]") {
  FailingSync disk;
  Grounded<Sqlite> backend;
  disk.start();
  const auto failed = backend.store->commit({.audit = {audit_entry("g-1", "lost")}});
  CHECK(error_of(failed) == Errc::unavailable);
  CHECK_THAT(failed.error().message, Catch::Matchers::ContainsSubstring("durable"));

  INFO("not even when the disk seems well again: what it holds is unknown");
  disk.stop();
  CHECK(error_of(backend.store->targets()) == Errc::unavailable);
  CHECK(error_of(backend.store->commit(sample_ground())) == Errc::unavailable);
  CHECK(error_of(backend.store->claim_due(target_name("shop"), kNow, kNow + kHour)) ==
        Errc::unavailable);

  INFO("who opens the vault again sees what was durable");
  backend.store = must(store::open_sqlite_store(backend.path));
  CHECK(must(backend.store->audit_of("g-1")).empty());
  CHECK(must(backend.store->targets()).size() == 2);
}

}  // namespace stagepass::tests
